import { partsText } from '@holdfast/contracts';
import type { HistoryMessage } from './agent.port.js';

const UNITS_PER_TOKEN = 4;
const MESSAGE_OVERHEAD_TOKENS = 4;

/** Rough token count of a text; tokenizers differ, and a budget needs only the order of magnitude. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / UNITS_PER_TOKEN);
}

/** One message as a model reads it. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

function turnsOf(history: readonly HistoryMessage[]): Turn[] {
  const people = new Set(history.filter(({ role }) => role === 'person').map(({ name }) => name));
  return history
    .map(({ role, name, parts }): Turn => {
      const text = partsText(parts);
      if (role === 'agent') return { role: 'assistant', text };
      // With one person a name adds nothing; with several, a model must know who speaks.
      return { role: 'user', text: people.size > 1 ? `${name}: ${text}` : text };
    })
    .filter(({ text }) => text.trim() !== '');
}

/**
 * The question last: an answer that came after it belongs to an earlier message, because this one waited meanwhile. A
 * model would take a conversation that ends in its own words for answered.
 */
function questionLast(turns: readonly Turn[]): Turn[] {
  const at = turns.findLastIndex(({ role }) => role === 'user');
  const question = turns[at];
  return question === undefined ? [...turns] : [...turns.slice(0, at), ...turns.slice(at + 1), question];
}

/**
 * The newest turns that fit into `budget` estimated tokens, oldest first. The last turn is the question and always
 * stays; if it alone is too long, its beginning is cut.
 */
export function turnsWithin(history: readonly HistoryMessage[], budget: number): Turn[] {
  const kept: Turn[] = [];
  let left = budget;
  for (const turn of questionLast(turnsOf(history)).reverse()) {
    const cost = estimateTokens(turn.text) + MESSAGE_OVERHEAD_TOKENS;
    if (cost > left && kept.length > 0) break;
    kept.unshift(cost > left ? { ...turn, text: tailOf(turn.text, left) } : turn);
    left -= cost;
  }
  return kept;
}

function tailOf(text: string, tokens: number): string {
  const units = Math.max(0, tokens - MESSAGE_OVERHEAD_TOKENS) * UNITS_PER_TOKEN;
  return text.slice(text.length - units).replace(/^[\udc00-\udfff]/, '');
}
