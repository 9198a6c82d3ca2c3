import type { Verdict, Violation } from '../checker/index.js';
import { FAULT_HEAD, faultRows } from './fault-rows.js';
import { replayCommand } from './replay-command.js';
import { table } from './table.js';

/** Violations that are shown in words; the others are counted. */
const SHOWN = 20;

/** What a run showed, for a terminal: figures, the table of faults, and for each violation its proof and its replay. */
export function report(verdict: Verdict): string {
  const { seed, minutes, entries, operations, acknowledged, observations, readyAfterMs, invalid, violations } = verdict;
  const { ok, fail, info } = operations;
  const blocks = [
    `seed ${seed}, ${minutes} min: ${entries} entries, operations ${ok} ok, ${fail} fail, ${info} info; ` +
      `${acknowledged} sends acknowledged, ${observations} observations` +
      (readyAfterMs === undefined ? '' : `; ready ${(readyAfterMs / 1_000).toFixed(1)} s after the last heal`),
    `wire noise: ${noise(verdict)}`,
    table(FAULT_HEAD, faultRows([verdict]), false),
  ];
  if (invalid.length > 0)
    blocks.push(`INVALID, this run proves nothing:\n${invalid.map((why) => `  ${why}`).join('\n')}`);
  if (violations.length > 0) blocks.push(broken(verdict));
  else if (invalid.length === 0) blocks.push('0 violations');
  return blocks.join('\n\n');
}

function noise({ noise: { duplicateEvents, duplicateChunks, lateAttempts, snapshots, resets } }: Verdict): string {
  return (
    `${duplicateEvents} duplicate events, ${duplicateChunks} duplicate chunks, ${lateAttempts} late packets of lower ` +
    `attempts, ${snapshots} snapshots, ${resets} resets`
  );
}

function broken(verdict: Verdict): string {
  const { violations, violationCounts } = verdict;
  const counts = Object.entries(violationCounts).filter(([, count]) => count > 0);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const hidden = violations.length - SHOWN;
  return [
    `${total} VIOLATIONS: ${counts.map(([name, count]) => `${name} ${count}`).join(', ')}`,
    ...violations.slice(0, SHOWN).map(sentence),
    ...(hidden > 0 ? [`  and ${total - SHOWN} more`] : []),
    `replay: ${replayCommand(verdict)}`,
  ].join('\n');
}

function sentence({ invariant, subject, what, entries }: Violation): string {
  return `  ${invariant}: ${subject}: ${what} [entries ${entries.join(', ')}]`;
}
