import type { SloRecorder } from './slo-recorder.js';

let current: SloRecorder | undefined;

/** The recorder of this process, for decorators, which exist before any injector. */
export function currentRecorder(): SloRecorder | undefined {
  return current;
}

/** Makes `recorder` the process's one; the result takes it back. */
export function installRecorder(recorder: SloRecorder): () => void {
  current = recorder;
  return () => {
    if (current === recorder) current = undefined;
  };
}
