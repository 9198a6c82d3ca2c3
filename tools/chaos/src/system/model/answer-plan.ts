import { CANARY_PATTERN } from '../../plan/cast.js';
import type { Random } from '../../random/random.js';

/** What the model says to a question: the same to the same question, however often it is asked. */
export interface AnswerPlan {
  readonly text: string;
  /** A tool that it wants to use first; only some questions need one. */
  readonly tool: 'thread.search' | 'system.status' | undefined;
  /** How an answer goes wrong: a status before the first word of the first try, or an end in the middle. */
  readonly mishap: 'refused' | 'cut' | 'error' | undefined;
}

const WORDS = (
  'the answer lies between two events that nobody saw at once 😀 so we count again and find every one of them ' +
  'in its place — naïve readers may skip this 🚀 part but the log does not forget what it has told anyone'
).split(' ');

const TOOL_CHANCE = 0.25;
const MISHAPS = [
  { mishap: 'refused', chance: 0.05 },
  { mishap: 'cut', chance: 0.03 },
  { mishap: 'error', chance: 0.02 },
] as const;

export function planAnswer(random: Random, question: string): AnswerPlan {
  const echo = question.match(CANARY_PATTERN)?.[0] ?? 'nothing';
  const words = Array.from({ length: random.int(8, 90) }, () => random.pick(WORDS));
  const tool = random.chance(TOOL_CHANCE) ? random.pick(['thread.search', 'system.status'] as const) : undefined;
  let rest = random.next();
  const found = MISHAPS.find(({ chance }) => (rest -= chance) < 0);
  return { text: `Of ${echo}: ${words.join(' ')}.`, tool, mishap: found?.mishap };
}

/** `text` in pieces as a model would send them, some in the middle of a word. */
export function piecesOf(random: Random, text: string): string[] {
  const letters = Array.from(text);
  const pieces: string[] = [];
  while (letters.length > 0) pieces.push(letters.splice(0, random.int(1, 9)).join(''));
  return pieces;
}
