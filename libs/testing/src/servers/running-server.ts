import type { Exit, ManagedProcess } from '../processes/managed-process.js';

/** A started server; faults are made with `signal`, `stop` and `restart`. */
export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Folder of its data. */
  readonly folder: string;
  /** Process id of the present server, 0 while it is stopped. */
  readonly pid: number;
  /** Resolves when the present process ends, whoever ended it. */
  readonly exited: Promise<Exit>;
  /** Sends a signal to the server process; false if it does not run. */
  signal(signal: NodeJS.Signals): boolean;
  /** Ends it in good order and waits; a temporary data folder stays until {@link dispose}. */
  stop(): Promise<void>;
  /** Stops it if it runs, and starts it on the same port and data. */
  restart(): Promise<void>;
  /** Stops it for good; a temporary data folder is removed. */
  dispose(): Promise<void>;
}

export interface ServerRecipe {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  /** The signal of a fast and orderly end. */
  readonly stopSignal: NodeJS.Signals;
  /** Starts a process and resolves once it accepts connections. */
  readonly launch: () => Promise<ManagedProcess>;
  readonly cleanUp: () => void;
}

const STOP_TIMEOUT_MS = 10_000;

/** Launches by recipe and returns the handle. */
export async function runServer(recipe: ServerRecipe): Promise<RunningServer> {
  let current = await recipe.launch();
  const stop = async () => {
    // A frozen process would not see the signal.
    current.signal('SIGCONT');
    await current.stop(recipe.stopSignal, STOP_TIMEOUT_MS);
  };
  return {
    url: recipe.url,
    port: recipe.port,
    folder: recipe.folder,
    get pid() {
      return current.exit === undefined ? (current.pid ?? 0) : 0;
    },
    get exited() {
      return current.exited;
    },
    signal: (signal) => current.signal(signal),
    stop,
    restart: async () => {
      await stop();
      current = await recipe.launch();
    },
    dispose: async () => {
      await stop();
      recipe.cleanUp();
    },
  };
}
