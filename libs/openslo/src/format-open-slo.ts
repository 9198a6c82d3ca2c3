import type { SloDefinition } from '@holdfast/slo';
import { stringify } from 'yaml';
import { writeAnnotations } from './definition/annotations.js';
import { DATA_SOURCE_TYPE } from './definition/check-indicator.js';
import { writeWindow } from './definition/duration.js';
import { TimeSlice } from './yaml/time-slice.js';

const apiVersion = 'openslo/v1';
const SOURCE_NAME = 'holdfast';

/** Writes valid definitions as a text of OpenSLO v1 documents, from which `parseOpenSlo` reads the same ones. */
export async function formatOpenSlo(definitions: readonly SloDefinition[]): Promise<string> {
  const slice = new TimeSlice();
  const services = [...new Set(definitions.map(({ service }) => service))].sort();
  const documents = [
    { apiVersion, kind: 'DataSource', metadata: { name: SOURCE_NAME }, spec: { type: DATA_SOURCE_TYPE } },
    ...services.map((name) => ({ apiVersion, kind: 'Service', metadata: { name }, spec: {} })),
    ...definitions.map(sloDocument),
  ];
  const texts: string[] = [];
  for (const document of documents) {
    await slice.pause();
    texts.push(stringify(document, { lineWidth: 100 }));
  }
  return texts.join('---\n');
}

function sloDocument(definition: SloDefinition) {
  const { id, title, indicator, service, objective, windowMs } = definition;
  const metric = (filter?: { readonly result: string }) => ({
    metricSource: { metricSourceRef: SOURCE_NAME, spec: { event: id, ...(filter === undefined ? {} : { filter }) } },
  });
  return {
    apiVersion,
    kind: 'SLO',
    metadata: { name: id, displayName: title, annotations: writeAnnotations(definition) },
    spec: {
      description: indicator,
      service,
      indicator: {
        metadata: { name: id },
        spec: { ratioMetric: { counter: true, good: metric({ result: 'good' }), total: metric() } },
      },
      timeWindow: [{ duration: writeWindow(windowMs), isRolling: true }],
      budgetingMethod: 'Occurrences',
      objectives: [{ target: objective }],
    },
  };
}
