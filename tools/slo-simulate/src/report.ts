import { budgetOf, type SloDefinition } from '@holdfast/slo';
import { ENGINES, type EngineName } from './engines.js';
import { detect, falsePages, type Alert, type Service } from './simulate.js';

/** Error ratios of the incidents. */
export const INCIDENTS = {
  outage: () => 1,
  '20 % errors': () => 0.2,
  'slow burn': (definition: SloDefinition) => 4 * budgetOf(definition),
} as const satisfies Record<string, (definition: SloDefinition) => number>;

export interface ReportOptions {
  readonly definitions: readonly SloDefinition[];
  /** Observations per hour. */
  readonly rates: readonly number[];
  /** Each run has seeds of its own. */
  readonly runs: number;
}

const NAMES: readonly EngineName[] = ['holdfast', 'workbook'];

/** A Markdown table: in each cell what Holdfast's rules do, and what the Workbook's do. The same options give the same. */
export function report({ definitions, rates, runs }: ReportOptions): string {
  const columns = ['SLO', 'per hour', ...Object.keys(INCIDENTS), 'false pages in 30 d'];
  const rows = definitions.flatMap((definition) =>
    rates.map((perHour) => {
      const services = Array.from({ length: runs }, (_, index) => ({ definition, perHour, seed: 1 + index }));
      const found = Object.values(INCIDENTS).map((ratioOf) =>
        NAMES.map((name) => medianOf(services, name, ratioOf(definition))).join(' / '),
      );
      const pages = NAMES.map((name) => meanPages(services, name)).join(' / ');
      const objective = `${definition.id} ${String(Math.round(definition.objective * 1e4) / 100)} %`;
      return [objective, perHour.toLocaleString('en-US'), ...found, pages];
    }),
  );
  const lines = [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

function medianOf(services: readonly Service[], name: EngineName, ratio: number): string {
  const found = services.map((service) => detect(service, ENGINES[name], ratio));
  const sorted = found.sort((a, b) => (a?.at ?? Infinity) - (b?.at ?? Infinity));
  return textOf(sorted[Math.floor(sorted.length / 2)]);
}

function meanPages(services: readonly Service[], name: EngineName): string {
  const sum = services.reduce((pages, service) => pages + falsePages(service, ENGINES[name]), 0);
  return String(Math.round((10 * sum) / services.length) / 10);
}

/** As `8.3 min`; a warning, which pages nobody, as `(18.1 h)`. */
function textOf(alert: Alert | undefined): string {
  if (alert === undefined) return 'never';
  const minutes = alert.at / 60_000;
  const text = minutes < 90 ? `${minutes.toFixed(1)} min` : `${(minutes / 60).toFixed(1)} h`;
  return alert.severity === 'critical' ? text : `(${text})`;
}
