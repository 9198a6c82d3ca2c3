import { deadlineOf } from '@holdfast/slo';
import type { SloRecorder, Timing } from './slo-recorder.js';

/** What can be watched: each call from its beginning. */
interface Observable {
  observe(observer: () => Timing): void;
}

/** Has every call of the database counted for `database-latency`. */
export function measureDatabase(recorder: SloRecorder, database: Observable): void {
  const deadlineMs = deadlineOf('database-latency');
  database.observe(() => recorder.time('database-latency', deadlineMs));
}
