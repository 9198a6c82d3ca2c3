import type { SpawnedApp } from '@holdfast/testing';

/** Runs that workers claimed because they were rung for, and because they looked for them in Postgres. */
export interface Claims {
  readonly rung: number;
  readonly found: number;
}

/** Claims of these workers so far, from their own metrics. */
export async function claimsOf(workers: readonly SpawnedApp[]): Promise<Claims> {
  const all = await Promise.all(workers.map(claimsOfOne));
  const sum = (name: keyof Claims) => all.reduce((total, claims) => total + claims[name], 0);
  return { rung: sum('rung'), found: sum('found') };
}

/** What was added between two readings. */
export function claimsBetween(before: Claims, after: Claims): Claims {
  return { rung: after.rung - before.rung, found: after.found - before.found };
}

async function claimsOfOne({ url }: SpawnedApp): Promise<Claims> {
  const text = await (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) })).text();
  const by = (value: string) =>
    Number(new RegExp(`^holdfast_runs_claimed_total\\{[^}]*by="${value}"[^}]*\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return { rung: by('doorbell'), found: by('search') };
}
