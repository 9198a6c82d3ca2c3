import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** The server of `tutorial-server.ts`, in a process of its own. */
export class Peer {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(databaseUrl: string): Promise<Peer> {
    const child = fork(process.argv[1] ?? '', ['tutorial', databaseUrl], { execArgv: process.execArgv });
    const [{ url }] = (await once(child, 'message')) as [{ url: string }];
    return new Peer(child, url);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Statements that it has sent to Postgres so far. */
  async queries(): Promise<number> {
    this.child.send({});
    const [{ queries }] = (await once(this.child, 'message')) as [{ queries: number }];
    return queries;
  }

  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }
}
