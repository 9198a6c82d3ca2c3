import { DEFAULT_SLOS } from '@holdfast/slo';
import { report } from './report.js';

/** `npm run slo:simulate`: the table of docs/slo-simulation.md. Takes minutes; the same numbers every time. */
process.stdout.write(report({ definitions: DEFAULT_SLOS, rates: [60, 1_000, 100_000], runs: 5 }));
