import { ManagedProcess, type ManagedProcessOptions } from '../processes/managed-process.js';
import { ServerError } from './server.errors.js';

export interface StartOptions extends ManagedProcessOptions {
  /** Folder of its data, named in the remedy. */
  readonly folder: string;
}

/** Starts a server and resolves once a line of its output contains `ready`; it is stopped when that takes too long. */
export async function startUntil(ready: string, timeoutMs: number, options: StartOptions): Promise<ManagedProcess> {
  let seen: () => void = () => undefined;
  const isReady = new Promise<'ready'>((resolve) => {
    seen = () => {
      resolve('ready');
    };
  });
  const server = new ManagedProcess({
    ...options,
    kind: 'server',
    onLine: (line) => {
      if (line.includes(ready)) seen();
      options.onLine?.(line);
    },
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => {
      resolve('late');
    }, timeoutMs);
  });
  const outcome = await Promise.race([isReady, server.exited, late]);
  clearTimeout(timer);
  if (outcome === 'ready') return server;
  if (outcome === 'late') await server.stop('SIGKILL');
  const what = outcome === 'late' ? `is not ready after ${String(timeoutMs / 1_000)} s` : 'ended at its start';
  throw new ServerError(
    `${options.name} ${what} (${lastWords(server)}): correct that, or move ${options.folder} away for a fresh start.`,
  );
}

function lastWords(server: ManagedProcess): string {
  const lines = server
    .output()
    .split('\n')
    .filter((line) => line.trim() !== '');
  const telling = lines.filter((line) => /FATAL|PANIC|ERROR|error|#/.test(line));
  return (telling.length > 0 ? telling : lines).slice(-2).join(' / ') || 'it said nothing';
}
