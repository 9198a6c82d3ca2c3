import { Injectable } from '@nestjs/common';
import { AppError } from '@holdfast/contracts';
import { Database, type Statement, type Tx } from '@holdfast/database';
import { DEFAULT_SLOS, type SloDefinition } from '@holdfast/slo';

/** A definition, and since when it holds. */
export interface CurrentDefinition extends SloDefinition {
  /** Ms since the Unix epoch. */
  readonly since: number;
}

/** For how long definitions are taken from memory, in ms. */
const FRESH_MS = 10_000;

/** Bound of definitions that judge at a time. */
const MAX_DEFINITIONS = 500;

const CURRENT: Statement = {
  name: 'slo_definition_current',
  text: `
select d.body, d.revision, extract(epoch from f.first_at) * 1000 as since
  from (select distinct on (id) * from slo.definition order by id, revision desc) d,
       lateral (select min(created_at) as first_at from slo.definition where id = d.id) f
 where not d.is_deleted order by d.id`,
};

/** Another revision, unless the last one says the same. Two replicas that do it at once make one. */
const REVISE: Statement = {
  name: 'slo_definition_revise',
  text: `
insert into slo.definition (id, revision, body, is_deleted, created_by)
select $1, coalesce(last.revision, 0) + 1, $2::jsonb, $3, $4
  from (select 1) one left join lateral
       (select * from slo.definition where id = $1 order by revision desc limit 1) last on true
 where last.id is null or last.body is distinct from $2::jsonb or last.is_deleted is distinct from $3
on conflict (id, revision) do nothing`,
};

/** A default one that is new here; whoever changed or removed it has the last word. */
const SEED: Statement = {
  name: 'slo_definition_seed',
  text: `
insert into slo.definition (id, revision, body, created_by)
select $1, 1, $2::jsonb, 'holdfast' where not exists (select 1 from slo.definition where id = $1)
on conflict (id, revision) do nothing`,
};

/** The definitions by which is judged. Their numbers of revision are the table's. */
@Injectable()
export class DefinitionsService {
  private seeded: Promise<void> | undefined;
  private cached: { readonly at: number; readonly definitions: CurrentDefinition[] } | undefined;

  constructor(private readonly database: Database) {}

  /** Those that hold, as they were at most `maxAgeMs` ago. */
  async current(maxAgeMs = FRESH_MS): Promise<readonly CurrentDefinition[]> {
    if (this.cached !== undefined && performance.now() - this.cached.at < maxAgeMs) return this.cached.definitions;
    // On first use and not while booting: Postgres may be away then, and reports come before the application is up.
    await this.seed();
    const rows = await this.database.query<{ body: SloDefinition; revision: number; since: string }>(CURRENT);
    const definitions = rows.map(({ body, revision, since }) => ({ ...body, revision, since: Number(since) }));
    this.cached = { at: performance.now(), definitions };
    return definitions;
  }

  /**
   * Makes another revision of each definition that differs from the current one: of all or of none.
   * @throws AppError `invalid` beyond 500 definitions
   */
  async revise(definitions: readonly SloDefinition[], by: string): Promise<void> {
    const ids = new Set([...(await this.current()), ...definitions].map(({ id }) => id));
    if (ids.size > MAX_DEFINITIONS) {
      throw new AppError('invalid', `There can be at most ${String(MAX_DEFINITIONS)} SLOs.`);
    }
    await this.database.transaction(async (tx) => {
      // In one order, so that two replicas that do the same never wait for each other.
      for (const definition of [...definitions].sort((a, b) => (a.id < b.id ? -1 : 1))) {
        await tx.query(REVISE, [definition.id, bodyOf(definition), false, by]);
      }
    });
    this.cached = undefined;
  }

  /** Stops judging by it; what was counted stays. `along` is done in the same transaction. */
  async remove(id: string, by: string, along: (tx: Tx, definition: CurrentDefinition) => Promise<void>): Promise<void> {
    const definition = (await this.current()).find((known) => known.id === id);
    if (definition === undefined) return;
    await this.database.transaction(async (tx) => {
      await tx.query(REVISE, [id, bodyOf(definition), true, by]);
      await along(tx, definition);
    });
    this.cached = undefined;
  }

  private async seed(): Promise<void> {
    this.seeded ??= this.writeDefaults();
    try {
      await this.seeded;
    } catch (error) {
      this.seeded = undefined;
      throw error;
    }
  }

  private async writeDefaults(): Promise<void> {
    for (const definition of DEFAULT_SLOS) await this.database.query(SEED, [definition.id, bodyOf(definition)]);
  }
}

function bodyOf(definition: SloDefinition): string {
  const { id, title, indicator, service, unit, objective, comparison } = definition;
  const { deadlineMs, windowMs, unitsPerSample, dependsOn } = definition;
  return JSON.stringify({
    id,
    title,
    indicator,
    service,
    unit,
    objective,
    comparison,
    deadlineMs,
    windowMs,
    unitsPerSample,
    dependsOn,
  });
}
