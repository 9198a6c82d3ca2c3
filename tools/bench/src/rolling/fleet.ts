import type { Balancer } from './balancer.js';

/** A process that serves. */
export interface Instance {
  readonly url: string;
  readonly exit: Promise<{ readonly code: number | null }>;
  signal(signal: NodeJS.Signals): boolean;
}

export interface Role {
  readonly name: string;
  /** How many are there at any time; one more while one is replaced. */
  readonly count: number;
  /** Clients come to it through the balancer. */
  readonly isBalanced: boolean;
  /** Resolves once it is ready. `isNext` = it is of the version that is rolled out. */
  start(isNext: boolean): Promise<Instance>;
}

const EXIT_WITHIN_MS = 70_000;

/** The processes of one system, and how they are replaced. */
export class Fleet {
  /** Exit codes of processes that did not end with 0. */
  readonly unclean: string[] = [];
  private running: { readonly role: Role; readonly instance: Instance }[] = [];

  private constructor(private readonly balancer: Balancer) {}

  static async start(balancer: Balancer, roles: readonly Role[]): Promise<Fleet> {
    const fleet = new Fleet(balancer);
    for (const role of roles) {
      for (let nth = 0; nth < role.count; nth += 1) await fleet.hire(role, false);
    }
    return fleet;
  }

  /** One after the other: starts the replacement, waits until it is ready, SIGTERM to the old one, waits for its end. */
  async replaceAll(): Promise<void> {
    for (const old of [...this.running]) {
      await this.hire(old.role, true);
      await this.dismiss(old);
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.running.map((one) => this.dismiss(one)));
  }

  private async hire(role: Role, isNext: boolean): Promise<void> {
    const instance = await role.start(isNext);
    this.running.push({ role, instance });
    if (role.isBalanced) this.balancer.add(instance.url);
  }

  private async dismiss(old: Fleet['running'][number]): Promise<void> {
    const { role, instance } = old;
    instance.signal('SIGTERM');
    const timer = setTimeout(() => instance.signal('SIGKILL'), EXIT_WITHIN_MS);
    const { code } = await instance.exit;
    clearTimeout(timer);
    this.balancer.remove(instance.url);
    if (code !== 0) this.unclean.push(`${role.name}: ${code === null ? 'killed' : String(code)}`);
    this.running = this.running.filter((one) => one !== old);
  }
}
