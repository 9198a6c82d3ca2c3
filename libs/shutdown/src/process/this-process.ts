import { Worker } from 'node:worker_threads';
import type { ProcessPort } from './process-port.js';

/**
 * Runs in a thread of its own, because a blocked event loop fires no timer. No other thread can end a process with a code,
 * hence the signal.
 */
const GUARD = `
const { writeSync } = require('node:fs');
const { workerData } = require('node:worker_threads');
setTimeout(() => {
  writeSync(2, 'the event loop stands still at the end of the shutdown: SIGKILL\\n');
  process.kill(process.pid, 'SIGKILL');
}, workerData);
`;

/** The real process. */
export const thisProcess: ProcessPort = {
  on: (event, listener) => process.on(event, listener),
  exit: (code) => process.exit(code),
  guard: (ms) => {
    const worker = new Worker(GUARD, { eval: true, workerData: ms, execArgv: [], stderr: false });
    worker.on('error', () => undefined);
    worker.unref();
  },
};
