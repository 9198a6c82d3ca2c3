import type { FaultFigures, Verdict } from '../checker/index.js';

export const FAULT_HEAD = [
  'fault',
  'effective',
  'ok',
  'fail',
  'info',
  'violations',
  'recovery p50',
  'recovery max',
] as const;

/** A row for each fault, the runs added up. */
export function faultRows(verdicts: readonly Verdict[]): string[][] {
  const names = new Set(verdicts.flatMap(({ faults }) => faults.map(({ name }) => name)));
  return [...names].map((name) =>
    row(
      name,
      verdicts.flatMap(({ faults }) => faults.filter((one) => one.name === name)),
    ),
  );
}

function row(name: string, figures: readonly FaultFigures[]): string[] {
  const sum = (of: (one: FaultFigures) => number) => figures.reduce((total, one) => total + of(one), 0);
  const [effective, injections] = [sum((one) => one.effective), sum((one) => one.injections)];
  const recoveries = figures.flatMap((one) => one.recoveriesMs).sort((a, b) => a - b);
  const unrecovered = sum((one) => one.unrecovered);
  return [
    name,
    effective === 0 ? `NOT EFFECTIVE (0 of ${injections})` : `${effective} of ${injections}`,
    ...(['ok', 'fail', 'info'] as const).map((outcome) => String(sum((one) => one.operations[outcome]))),
    String(sum((one) => one.violations)),
    seconds(recoveries[Math.ceil(recoveries.length / 2) - 1]),
    unrecovered > 0 ? `never (${unrecovered})` : seconds(recoveries.at(-1)),
  ];
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '–' : `${(ms / 1_000).toFixed(1)} s`;
}
