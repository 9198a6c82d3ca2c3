import { parseHistory } from '../../history/read-history.js';
import { judge } from '../judge.js';
import type { Verdict } from '../verdict.js';
import type { Story } from './story.js';

/** The verdict about a story, which goes through the same lines as a file. */
export function verdictOf(story: Story): Promise<Verdict> {
  return judge(parseHistory(story.entries.map((entry) => JSON.stringify(entry))));
}

/** Names of the broken promises and what is said of them; throws if the story proves nothing. */
export async function brokenBy(story: Story): Promise<string[]> {
  const { invalid, violations } = await verdictOf(story);
  if (invalid.length > 0) throw new Error(`the story is invalid: ${invalid.join('; ')}`);
  return violations.map(({ invariant, what }) => `${invariant}: ${what}`);
}
