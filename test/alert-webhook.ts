import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface ReceivedAlert {
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Stands where an operator's webhook would. */
export class AlertWebhook {
  readonly alerts: ReceivedAlert[] = [];
  private readonly server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      const { alerts } = JSON.parse(body) as { alerts: ReceivedAlert[] };
      this.alerts.push(...alerts);
      response.end('{}');
    });
  });

  /** @returns the address to send to */
  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}/alerts`;
  }

  /** Statuses of an SLO's burn alert, in the order in which they came. */
  told(slo: string): string[] {
    return this.burning(slo).map(({ status }) => status);
  }

  /** Severities of an SLO's burn alert, in the order in which they came. */
  severities(slo: string): string[] {
    return this.burning(slo).map(({ labels }) => labels['severity'] ?? '');
  }

  private burning(slo: string): ReceivedAlert[] {
    return this.alerts.filter(({ labels }) => labels['slo'] === slo && labels['kind'] === 'burn');
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
