import type { Socket } from 'node:net';
import type { LinkCounters } from './link-counters.js';
import { Pipe } from './pipe.js';
import { conductOf, type Toxic } from './toxic.js';

/** Both directions between a client and a server. */
export class Connection {
  private readonly upstream: Pipe;
  private readonly downstream: Pipe;
  private isCut = false;
  /** One end is gone and the other must not know yet. */
  private broken = false;

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    options: { readonly counters: LinkCounters; readonly random: () => number; readonly onClose: () => void },
  ) {
    this.upstream = new Pipe(client, server, { ...options, direction: 'upstream' });
    this.downstream = new Pipe(server, client, { ...options, direction: 'downstream' });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on('error', () => undefined);
      socket.on('close', (hadError) => {
        if (client.destroyed && server.destroyed) {
          this.upstream.stop();
          this.downstream.stop();
          options.onClose();
          return;
        }
        if (hadError || other.writableEnded) this.breakOff();
      });
    }
  }

  behave(toxics: readonly Toxic[]): void {
    const cut = (['upstream', 'downstream'] as const).map((way) => conductOf(toxics, way).flow !== 'open');
    this.isCut = cut.includes(true);
    if (!this.isCut && (this.broken || this.upstream.hasLost || this.downstream.hasLost)) {
      this.reset();
      return;
    }
    this.upstream.behave(conductOf(toxics, 'upstream'));
    this.downstream.behave(conductOf(toxics, 'downstream'));
  }

  /** Ends both sides at once with RST. */
  reset(): void {
    for (const socket of [this.client, this.server]) {
      // While its end is on its way, Node refuses to reset a socket (EINVAL) and never closes it: the process cannot exit.
      if (socket.writableEnded && !socket.writableFinished) socket.destroy();
      else if (!socket.destroyed) socket.resetAndDestroy();
    }
  }

  private breakOff(): void {
    if (this.isCut) this.broken = true;
    else this.reset();
  }
}
