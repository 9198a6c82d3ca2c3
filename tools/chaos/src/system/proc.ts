import { readdirSync, readFileSync } from 'node:fs';

/** Where a system has no /proc, nothing is known: callers treat `undefined` as that. */
function fieldsOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // Behind the name, which may contain spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** True while a signal holds the process. */
export function isStopped(pid: number): boolean {
  return fieldsOf(pid)?.[0] === 'T';
}

/** Resident memory in MiB. */
export function residentMiB(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    const found = /^VmRSS:\s+(\d+) kB$/m.exec(status);
    return found === null ? undefined : Math.round(Number(found[1]) / 1_024);
  } catch {
    return undefined;
  }
}

/** Ids of the processes that `pid` has started and that still run. */
export function childrenOf(pid: number): number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((candidate) => Number.isInteger(candidate) && fieldsOf(candidate)?.[1] === String(pid));
  } catch {
    return [];
  }
}
