import { testDatabase, testRedis, type TestDatabase, type TokenClaims } from '@holdfast/testing';
import { createTenant } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { ChatClient } from './chat-client.js';
import { startGateway, type TestGateway } from './gateway-process.js';

/** Gateways over a database and a Redis prefix of their own, with the clients of a test. */
export class Stage {
  private readonly clients: ChatClient[] = [];

  private constructor(
    private readonly database: TestDatabase,
    readonly gateways: readonly TestGateway[],
  ) {}

  static async set(count: number, env: Readonly<Record<string, string>> = {}): Promise<Stage> {
    const database = await testDatabase();
    const redis = testRedis();
    const start = () => startGateway({ databaseUrl: database.url, redis, env });
    return new Stage(database, await Promise.all(Array.from({ length: count }, start)));
  }

  /** A way to Postgres that tells nobody what it does. */
  get db(): Database {
    const [gateway] = this.gateways;
    if (gateway === undefined) throw new Error('no gateway');
    return gateway.app.get(Database);
  }

  url(gateway = 0): string {
    return this.gateways[gateway]?.url ?? '';
  }

  async connect(claims: TokenClaims, gateway = 0): Promise<ChatClient> {
    const client = await ChatClient.connect(this.url(gateway), claims);
    this.clients.push(client);
    return client;
  }

  /** Starts to connect, whatever comes of it. */
  attempt(auth: object, options: object = {}): ChatClient {
    const client = ChatClient.open(this.url(), auth, { reconnection: false, ...options });
    this.clients.push(client);
    return client;
  }

  async tenant(slug: string): Promise<void> {
    await createTenant(this.db, { slug, name: slug });
  }

  /** Ends everything; resolves with the exit codes of the gateways. */
  async strike(): Promise<number[]> {
    for (const client of this.clients) client.close();
    const codes = await Promise.all(this.gateways.map((gateway) => gateway.terminate()));
    await this.database.drop();
    return codes;
  }
}
