import { RPC, type AppName, type RpcName } from '@holdfast/contracts';

/** A handler as an app registered it. */
export interface RegisteredHandler {
  readonly name: string;
  readonly kind: 'rpc' | 'hint';
}

/** Whether the name is declared in contracts. */
export function isRpcName(name: string): name is RpcName {
  return Object.hasOwn(RPC, name);
}

/** The names that instances of `app` have to handle. */
export function rpcNamesOf(app: AppName): RpcName[] {
  return Object.keys(RPC)
    .filter(isRpcName)
    .filter((name) => RPC[name].app === app);
}

function problemsOf(app: AppName, { name, kind }: RegisteredHandler): string[] {
  if (!isRpcName(name)) return [`${app} handles "${name}", which contracts do not declare.`];
  if (RPC[name].app !== app) return [`${app} handles "${name}", which belongs to ${RPC[name].app}.`];
  if (RPC[name].kind !== kind) return [`${app} handles "${name}" as ${kind}, but it is a ${RPC[name].kind}.`];
  return [];
}

/**
 * Proves that `app` handles each of its declared patterns exactly once, and nothing else. {@link ResilientServerRedis}
 * calls it when it starts to listen.
 *
 * @throws Error that names every missing, doubled, misplaced or undeclared pattern.
 */
export function assertRpcHandlers(app: AppName, handlers: readonly RegisteredHandler[]): void {
  const problems = handlers.flatMap((handler) => problemsOf(app, handler));
  for (const name of rpcNamesOf(app)) {
    const count = handlers.filter((handler) => handler.name === name).length;
    if (count === 0) problems.push(`${app} has no handler for "${name}".`);
    if (count > 1) problems.push(`${app} has ${count} handlers for "${name}".`);
  }
  if (problems.length > 0) throw new Error(problems.join(' '));
}
