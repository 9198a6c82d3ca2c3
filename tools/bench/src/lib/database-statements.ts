/** What a gateway has asked of Postgres. */
export interface Statements {
  readonly count: number;
  /** Time from the question to the answer, all together. */
  readonly ms: number;
}

const NONE: Statements = { count: 0, ms: 0 };

/** Statements that a gateway has sent to Postgres so far, by name, from its own metrics. */
export async function databaseStatements(gatewayUrl: string): Promise<Map<string, Statements>> {
  const text = await (await fetch(`${gatewayUrl}/metrics`)).text();
  const found = new Map<string, Statements>();
  const lines = /^holdfast_database_seconds_(count|sum)\{[^}]*?statement="([^"]+)"[^}]*\} (\S+)/gm;
  for (const [, kind, name = '', value] of text.matchAll(lines)) {
    const known = found.get(name) ?? NONE;
    found.set(
      name,
      kind === 'count' ? { ...known, count: Number(value) } : { ...known, ms: Math.round(1_000 * Number(value)) },
    );
  }
  return found;
}

/** As {@link databaseStatements}, of several gateways together. */
export async function allDatabaseStatements(gatewayUrls: readonly string[]): Promise<Map<string, Statements>> {
  const sum = new Map<string, Statements>();
  for (const statements of await Promise.all(gatewayUrls.map(databaseStatements))) {
    for (const [name, { count, ms }] of statements) {
      const known = sum.get(name) ?? NONE;
      sum.set(name, { count: known.count + count, ms: known.ms + ms });
    }
  }
  return sum;
}

/** What was added between two readings. */
export function difference(
  before: ReadonlyMap<string, Statements>,
  after: ReadonlyMap<string, Statements>,
): Map<string, Statements> {
  const added = [...after].map(([name, { count, ms }]) => {
    const earlier = before.get(name) ?? NONE;
    return [name, { count: count - earlier.count, ms: ms - earlier.ms }] as const;
  });
  return new Map(added.filter(([, { count }]) => count > 0));
}
