import { SystemStatus, type InstanceInfo } from '@holdfast/contracts';
import type { Json } from '../../../journal/journal.port.js';

function count(instances: readonly InstanceInfo[], app: string, noun: string): string {
  const n = instances.filter((instance) => instance.app === app).length;
  return `${String(n)} ${noun}${n === 1 ? '' : 's'}`;
}

function since(startedAt: string, now: string): string {
  const minutes = Math.max(0, Math.round((Date.parse(now) - Date.parse(startedAt)) / 60_000));
  if (minutes < 60) return `${String(minutes)} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${String(hours)} h` : `${String(Math.round(hours / 24))} d`;
}

function row(instance: InstanceInfo, now: string): string {
  const { instanceId, app, state, connections, loopLagMs, startedAt } = instance;
  const sockets = app === 'gateway' ? String(connections) : '–';
  return `| \`${instanceId}\` | ${app} | ${state} | ${sockets} | ${loopLagMs.toFixed(1)} ms | ${since(startedAt, now)} |`;
}

/** What a status result says, in words and a table. */
export function statusAnswer(ok: boolean, result: Json): string {
  const parsed = SystemStatus.safeParse(result);
  if (!ok || !parsed.success)
    return 'I asked the system for its status, but got no answer. Please try again in a moment.';
  const { instances, registry, sloService, at, version } = parsed.data;
  if (registry === 'unavailable') {
    return (
      'Redis does not answer, so I cannot list the instances. That you read this shows that a gateway, a worker and ' +
      'Postgres are working: chat goes on without Redis, only more slowly.'
    );
  }
  const slo = instances.some(({ app }) => app === 'slo-service') || sloService !== null ? 'answers' : 'does not answer';
  const summary =
    `Running now, version ${version}: **${count(instances, 'gateway', 'gateway')}** and ` +
    `**${count(instances, 'agent-worker', 'worker')}**; the SLO service ${sloService === null ? slo : 'answers'}.`;
  const draining = instances.filter(({ state }) => state === 'draining').length;
  const note = draining === 0 ? [] : [`${String(draining)} of them ${draining === 1 ? 'is' : 'are'} about to leave.`];
  const table = [
    '| instance | app | state | sockets | event-loop lag | up for |',
    '| --- | --- | --- | --- | --- | --- |',
    ...[...instances].sort((a, b) => a.instanceId.localeCompare(b.instanceId)).map((instance) => row(instance, at)),
  ].join('\n');
  return [summary, ...note, ...(instances.length === 0 ? [] : [table])].join('\n\n');
}
