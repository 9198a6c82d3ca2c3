import { viewText, type ConversationEntry, type ViewPart } from '@holdfast/client';
import { formatExact } from './format.js';
import type { People } from '../entries/people.js';

function partsOf(entry: ConversationEntry): readonly ViewPart[] | null {
  if (entry.kind === 'message') return entry.parts;
  if (entry.kind === 'pending') return entry.item.body.parts;
  return entry.kind === 'live' ? entry.run.parts : null;
}

function headOf(entry: ConversationEntry, people: People): string {
  if (entry.kind === 'pending') return 'You, not sent yet';
  if (entry.kind === 'live') return `${people(entry.run.agentId).name}, writing`;
  return `${people(entry.senderId).name}, ${formatExact(entry.at)}`;
}

/** A conversation as lines of plain text, for when it cannot be shown otherwise. */
export function transcript(entries: readonly ConversationEntry[], people: People): string[] {
  return entries.flatMap((entry) => {
    const parts = partsOf(entry);
    return parts === null ? [] : [`${headOf(entry, people)}: ${viewText(parts)}`];
  });
}
