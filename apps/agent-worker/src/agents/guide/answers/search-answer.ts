import * as z from 'zod/mini';
import type { Json } from '../../../journal/journal.port.js';

const SearchResult = z.object({
  hits: z.array(z.object({ messageId: z.string(), sender: z.string(), at: z.string(), text: z.string() })),
});
const SHOWN = 5;
const QUOTE_UNITS = 160;

function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const cut = line.length > QUOTE_UNITS ? `${line.slice(0, QUOTE_UNITS).replace(/[\ud800-\udbff]$/, '')}…` : line;
  return cut.replace(/([\\`*_[\]<>|])/g, '\\$1');
}

function when(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}

/** What a search found, the question itself left out. */
export function searchAnswer(query: string, questionId: string, outcome: { ok: boolean; result: Json }): string {
  const parsed = SearchResult.safeParse(outcome.result);
  if (!outcome.ok || !parsed.success) return 'The search did not answer. Please try again in a moment.';
  const hits = parsed.data.hits.filter(({ messageId }) => messageId !== questionId).slice(0, SHOWN);
  if (hits.length === 0) return `I found nothing about “${query}” in this thread.`;
  const lines = hits.map(({ sender, at, text }) => `- **${sender}**, ${when(at)} UTC: “${quoted(text)}”`);
  const intro =
    hits.length === 1 ? 'One message in this thread matches' : `${String(hits.length)} messages in this thread match`;
  return `${intro} “${query}”:\n\n${lines.join('\n')}`;
}
