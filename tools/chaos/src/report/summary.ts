import { INVARIANT_NAMES, type Verdict } from '../checker/index.js';
import { FAULT_HEAD, faultRows } from './fault-rows.js';
import { replayCommand } from './replay-command.js';
import { table } from './table.js';

/** The same of several runs together, as Markdown for docs/reliability.md. Runs that prove nothing do not count. */
export function summary(verdicts: readonly Verdict[]): string {
  const valid = verdicts.filter(({ invalid }) => invalid.length === 0);
  const sum = (of: (verdict: Verdict) => number) => valid.reduce((total, verdict) => total + of(verdict), 0);
  const minutes = Number(sum((verdict) => verdict.minutes).toFixed(1));
  const blocks = [
    `${valid.length} runs of ${minutes} minutes in all, seeds ${valid.map(({ seed }) => seed).join(', ')}: ` +
      `${sum((one) => one.acknowledged)} sends acknowledged, ${sum((one) => one.observations)} observations${readiness(valid)}.`,
    table(FAULT_HEAD, faultRows(valid), true),
    table(
      ['invariant', 'violations', 'runs with one'],
      INVARIANT_NAMES.map((name) => [
        name,
        String(sum(({ violationCounts }) => violationCounts[name])),
        `${valid.filter(({ violationCounts }) => violationCounts[name] > 0).length} of ${valid.length}`,
      ]),
      true,
    ),
    certainty(valid),
  ];
  if (valid.length < verdicts.length) {
    blocks.push(`${verdicts.length - valid.length} more runs were invalid and are not counted.`);
  }
  return `${blocks.join('\n\n')}\n`;
}

/** Old histories do not say. */
function readiness(valid: readonly Verdict[]): string {
  const told = valid.flatMap(({ readyAfterMs }) => readyAfterMs ?? []);
  if (told.length === 0) return '';
  return `; ready at most ${(Math.max(...told) / 1_000).toFixed(1)} s after the last heal in ${told.length} of them`;
}

/** What a number of runs without a violation says, and how to see again what one with a violation saw. */
function certainty(valid: readonly Verdict[]): string {
  const broken = valid.filter(({ violations }) => violations.length > 0);
  if (broken.length > 0) return ['Replays:', '', ...broken.map((one) => `- \`${replayCommand(one)}\``)].join('\n');
  if (valid.length === 0) return 'Nothing was shown.';
  const bound = Math.min(1, 3 / valid.length);
  return (
    `0 of ${valid.length} runs violate anything: with 95 % confidence, fewer than ${(bound * 100).toFixed(0)} % of such ` +
    'runs do (3 / n).'
  );
}
