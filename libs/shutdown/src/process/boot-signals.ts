import { SIGNALS } from './process-port.js';

/** The part of Node's `process` that a boot uses. */
export interface BootPort {
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
  exit(code: number): unknown;
  readonly stderr: { write(line: string): unknown };
}

/**
 * Ends the process at a signal as long as there is nothing to shut down, at once and with 0: as PID 1 of a container it
 * would not hear the signal at all. Call the result once a `Shutdown` has taken over.
 */
export function endOnSignal(host: BootPort = process): () => void {
  const listeners = Object.keys(SIGNALS).map((signal) => {
    const listener = () => {
      host.stderr.write(`${signal} while starting: nothing was begun, nothing is left\n`);
      host.exit(0);
    };
    host.on(signal, listener);
    return () => host.off(signal, listener);
  });
  return () => {
    for (const takeBack of listeners) takeBack();
  };
}
