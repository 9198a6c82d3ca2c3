import type { Entry, NamedDocuments } from '../yaml/named-documents.js';
import type { OpenSloProblem } from '../problem.js';
import type { Sli, SourcedMetric } from '../yaml/schema.js';
import type { Path, YamlSource } from '../yaml/yaml-source.js';

/** The type of the DataSource whose events are counted. */
export const DATA_SOURCE_TYPE = 'holdfast';

/** What is wrong with the indicator of an SLO, be it written in place or referred to. */
export function checkIndicator({ document, source }: Entry<'SLO'>, documents: NamedDocuments): OpenSloProblem[] {
  const { indicator, indicatorRef } = document.spec;
  const { name } = document.metadata;
  if (indicator !== undefined && indicatorRef === undefined) {
    return new IndicatorCheck(name, source, documents).problems(indicator.spec, ['spec', 'indicator', 'spec']);
  }
  if (indicatorRef === undefined || indicator !== undefined) {
    return [source.problem('wrong_value', ['spec', 'indicator'], 'either indicator or indicatorRef')];
  }
  const path = ['spec', 'indicatorRef'];
  const sli = documents.find('SLI', indicatorRef);
  if (sli === undefined) return documents.missing('SLI', indicatorRef, { source, path });
  return new IndicatorCheck(name, sli.source, documents).problems(sli.document.spec, ['spec']);
}

class IndicatorCheck {
  constructor(
    private readonly slo: string,
    private readonly source: YamlSource,
    private readonly documents: NamedDocuments,
  ) {}

  problems({ thresholdMetric, ratioMetric }: Sli, path: Path): OpenSloProblem[] {
    const { problem } = this.source;
    if (thresholdMetric !== undefined) return [problem('threshold_unsupported', [...path, 'thresholdMetric'])];
    const at = [...path, 'ratioMetric'];
    if (ratioMetric === undefined) return [problem('ratio_incomplete', at)];
    const { counter, good, bad, total, raw } = ratioMetric;
    const isOneOf = (good === undefined) !== (bad === undefined);
    if (counter !== true || total === undefined || !isOneOf || raw !== undefined) {
      return [problem('ratio_incomplete', at)];
    }
    return [
      ...this.metric(good, [...at, 'good'], 'good'),
      ...this.metric(bad, [...at, 'bad'], 'bad'),
      ...this.metric(total, [...at, 'total'], undefined),
    ];
  }

  private metric(metric: SourcedMetric | undefined, path: Path, result: string | undefined): OpenSloProblem[] {
    if (metric === undefined) return [];
    const { metricSourceRef, type, spec } = metric.metricSource;
    const { problem } = this.source;
    const at = [...path, 'metricSource'];
    if (metricSourceRef !== undefined) {
      const where = { source: this.source, path: [...at, 'metricSourceRef'] };
      const missing = this.documents.missing('DataSource', metricSourceRef, where);
      if (missing.length > 0) return missing;
    }
    const referred = metricSourceRef === undefined ? undefined : this.documents.find('DataSource', metricSourceRef);
    const types = [type, referred?.document.spec.type].filter((one) => one !== undefined);
    if (types.length === 0 || types.some((one) => one !== DATA_SOURCE_TYPE)) return [problem('source_unsupported', at)];
    const { event, filter, ...others } = spec;
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) return [problem('unknown_field', [...at, 'spec', unknown])];
    if (event !== this.slo) return [problem('event_mismatch', [...at, 'spec', 'event'])];
    return filtersFor(filter, result) ? [] : [problem('filter_unsupported', [...at, 'spec', 'filter'])];
  }
}

function filtersFor(filter: unknown, result: string | undefined): boolean {
  if (result === undefined) return filter === undefined;
  if (typeof filter !== 'object' || filter === null) return false;
  const entries: readonly (readonly [string, unknown])[] = Object.entries(filter);
  const [first] = entries;
  return entries.length === 1 && first?.[0] === 'result' && first[1] === result;
}
