import { viewText, type ConversationEntry } from '@holdfast/client';
import { useEffect, useRef } from 'react';
import type { People } from '../entries/people.js';

interface AnnouncerProps {
  readonly entries: readonly ConversationEntry[];
  readonly people: People;
  readonly selfId: string;
}

const MAX_UNITS = 300;

function words(entry: ConversationEntry | undefined, people: People, selfId: string): string | null {
  if (entry?.kind === 'live') return `${people(entry.run.agentId).name} is answering`;
  if (entry?.kind !== 'message' || entry.senderId === selfId || entry.parts === null) return null;
  const ended = entry.outcome === 'failed' ? 'was interrupted' : entry.outcome === 'cancelled' ? 'was stopped' : null;
  const { name } = people(entry.senderId);
  return ended === null ? `${name}: ${viewText(entry.parts).slice(0, MAX_UNITS)}` : `${name} ${ended}`;
}

/** Tells assistive technology what is new, once per message; never each piece of an answer being written. */
export function Announcer({ entries, people, selfId }: AnnouncerProps) {
  const region = useRef<HTMLDivElement>(null);
  const last = entries.at(-1);
  const mark = last === undefined ? null : `${last.key}:${last.kind}`;
  const seen = useRef<string | null>(null);
  useEffect(() => {
    const isFirst = seen.current === null;
    if (mark === seen.current) return;
    seen.current = mark;
    if (isFirst) return;
    const next = words(last, people, selfId);
    if (next !== null && region.current !== null) region.current.textContent = next;
  }, [mark, last, people, selfId]);
  return <div ref={region} className="hf-sr-only" role="status" aria-live="polite" />;
}
