export { currentRecorder, installRecorder } from './current-recorder.js';
export { measureDatabase } from './measure-database.js';
export { SloClient, type SeriesQuery } from './slo-client.js';
export type { SloConnectionOptions } from './slo-connection.js';
export { SloRecorder, type Dims, type Timing } from './slo-recorder.js';
export { SloRecorderModule, type SloRecorderOptions } from './slo-recorder.module.js';
export { TrackSlo, type TrackOptions } from './track-slo.decorator.js';
