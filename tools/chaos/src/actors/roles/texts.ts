import type { Random } from '../../random/random.js';
import type { ThreadPlan } from '../../plan/cast.js';

const SENTENCES = [
  'I have read it twice.',
  'Who can say when that was?',
  'Let us meet on Thursday 🗓️ then.',
  'The second one, not the first — naïve, I know.',
  'Done.',
  'That is not what the log says.',
];

const QUESTIONS: Readonly<Record<ThreadPlan['agent'], readonly string[]>> = {
  guide: [
    'how many gateways are running?',
    'search for Thursday',
    'give me a long answer about delivery',
    'what is a thread?',
    'help',
  ],
  sage: ['what happened?', 'what do the events say?', 'please sum it up'],
  oracle: ['what will happen?', 'when does it end?', 'is that all?'],
};

const ASK_CHANCE = 0.12;
const LONG_CHANCE = 0.02;

/** A message of this thread; `key` makes each one different. */
export function messageText(random: Random, { agent, canary }: ThreadPlan, key: string): string {
  const mark = `(${canary} ${key.slice(0, 8)})`;
  if (random.chance(ASK_CHANCE)) return `@${agent} ${random.pick(QUESTIONS[agent])} ${mark}`;
  const sentence = random.pick(SENTENCES);
  return `${random.chance(LONG_CHANCE) ? sentence.repeat(60) : sentence} ${mark}`;
}
