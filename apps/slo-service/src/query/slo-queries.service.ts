import { Injectable } from '@nestjs/common';
import {
  AppError,
  type SloAlertEvent,
  type SloCorrection,
  type SloSeries,
  type SloSilence,
  type SloStatusEntry,
  type SloStatusReport,
} from '@holdfast/contracts';
import { Database, type Statement } from '@holdfast/database';

const MAX_POINTS = 1_000;
const MAX_SPANS = 500;

const STATUS: Statement = {
  name: 'slo_status',
  text: `
select s.status from slo.state s
  join (select distinct on (id) id, is_deleted from slo.definition order by id, revision desc) d on d.id = s.slo
 where not d.is_deleted order by s.slo`,
};

const SERIES: Statement = {
  name: 'slo_query_series',
  text: `
select date_bin(make_interval(mins => $3), t, 'epoch'::timestamptz) as at,
       sum(good)::float8 as good, sum(bad)::float8 as bad, sum(excluded)::float8 as excluded
  from slo.minute where slo = $1 and t >= now() - make_interval(hours => $2) group by 1 order by 1`,
};

const HOURLY: Statement = { name: 'slo_query_hourly', text: SERIES.text.replace('slo.minute', 'slo.hour') };

const EVENTS: Statement = {
  name: 'slo_query_events',
  text: `
select slo, kind, incident, transition, severity, at, detail -> 'rules' as rules
  from slo.alert_event where slo = $1 order by id desc limit $2`,
};

const KNOWN: Statement = { name: 'slo_known', text: `select 1 from slo.definition where id = $1 limit 1` };

const SPANS = `id, slo, starts_at as "startsAt", ends_at as "endsAt", reason, created_by as "createdBy"`;

const SILENCES: Statement = {
  name: 'slo_silences',
  text: `select ${SPANS} from slo.silence where ends_at > now() - interval '7 days' order by starts_at desc limit ${String(MAX_SPANS)}`,
};
const CORRECTIONS: Statement = {
  name: 'slo_corrections',
  text: `select ${SPANS} from slo.correction where ends_at > now() - interval '90 days' order by starts_at desc limit ${String(MAX_SPANS)}`,
};
/** With the caller's id, so that every replica may do it and a repetition changes nothing. */
const SILENCE: Statement = {
  name: 'slo_silence_add',
  text: `
insert into slo.silence (id, slo, starts_at, ends_at, reason, created_by) values ($1, $2, $3, $4, $5, $6)
on conflict (id) do nothing`,
};
const CORRECT: Statement = {
  name: 'slo_correction_add',
  text: `
insert into slo.correction (id, slo, starts_at, ends_at, reason, created_by) values ($1, $2, $3, $4, $5, $6)
on conflict (id) do nothing`,
};
const UNSILENCE: Statement = { name: 'slo_silence_drop', text: `delete from slo.silence where id = $1` };
const UNCORRECT: Statement = { name: 'slo_correction_drop', text: `delete from slo.correction where id = $1` };

type Row<T, K extends keyof T> = Omit<T, K> & Readonly<Record<K, Date>>;

/** What is known, as the evaluators left it: every replica gives the same answer. */
@Injectable()
export class SloQueries {
  constructor(private readonly database: Database) {}

  async status(): Promise<SloStatusReport> {
    const slos = (await this.database.query<{ status: SloStatusEntry }>(STATUS)).map(({ status }) => status);
    const asOf = slos.reduce<string | null>(
      (latest, { asOf: at }) => (latest === null || at > latest ? at : latest),
      null,
    );
    return { asOf, slos };
  }

  /** @throws AppError `not_found` */
  async series(id: string, hours: number, stepMinutes: number): Promise<SloSeries> {
    await this.known(id);
    const step = Math.max(stepMinutes, Math.ceil((hours * 60) / MAX_POINTS));
    // Minutes are kept for three months, and only hours are cheap beyond some weeks.
    const isHourly = hours > 24 * 30;
    const width = isHourly ? Math.ceil(step / 60) * 60 : step;
    const rows = await this.database.query<Row<SloSeries['points'][number], 'at'>>(isHourly ? HOURLY : SERIES, [
      id,
      hours,
      width,
    ]);
    return { id, stepMinutes: width, points: rows.map((row) => ({ ...row, at: row.at.toISOString() })) };
  }

  /** @throws AppError `not_found` */
  async alerts(id: string, limit: number): Promise<SloAlertEvent[]> {
    await this.known(id);
    const rows = await this.database.query<Row<SloAlertEvent, 'at'>>(EVENTS, [id, limit]);
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  }

  async silences(): Promise<SloSilence[]> {
    return (await this.database.query<Row<SloSilence, 'startsAt' | 'endsAt'>>(SILENCES)).map(withTimes);
  }

  async silence(silence: SloSilence): Promise<void> {
    if (silence.slo !== null) await this.known(silence.slo);
    await this.database.query(SILENCE, valuesOf(silence));
  }

  async unsilence(id: string): Promise<void> {
    await this.database.query(UNSILENCE, [id]);
  }

  async corrections(): Promise<SloCorrection[]> {
    return (await this.database.query<Row<SloCorrection, 'startsAt' | 'endsAt'>>(CORRECTIONS)).map(withTimes);
  }

  async correct(correction: SloCorrection): Promise<void> {
    await this.known(correction.slo);
    await this.database.query(CORRECT, valuesOf(correction));
  }

  async uncorrect(id: string): Promise<void> {
    await this.database.query(UNCORRECT, [id]);
  }

  private async known(id: string): Promise<void> {
    const rows = await this.database.query(KNOWN, [id]);
    if (rows.length === 0) throw new AppError('not_found', 'There is no such SLO.');
  }
}

function withTimes<T extends { readonly startsAt: Date; readonly endsAt: Date }>(row: T) {
  return { ...row, startsAt: row.startsAt.toISOString(), endsAt: row.endsAt.toISOString() };
}

function valuesOf({ id, slo, startsAt, endsAt, reason, createdBy }: SloSilence | SloCorrection): unknown[] {
  return [id, slo, startsAt, endsAt, reason, createdBy];
}
