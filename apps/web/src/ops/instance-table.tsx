import { formatDuration } from '../parts/format.js';
import type { SystemStatus } from './use-system-status.js';
import { conditionOf, worstFirst } from './verdict.js';

/** Every running process as it described itself, worst first. */
export function InstanceTable({ status }: { status: SystemStatus }) {
  if (status.registry === 'unavailable') {
    return <p className="board__empty">Redis keeps the list of instances and does not answer.</p>;
  }
  if (status.instances.length === 0) return <p className="board__empty">No instance has reported yet.</p>;
  const now = Date.parse(status.at);
  return (
    <div className="board__scroll" tabIndex={0} role="group" aria-label="Instances">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">App</th>
            <th scope="col">Instance</th>
            <th scope="col">Version</th>
            <th scope="col" className="table__number">
              Up for
            </th>
            <th scope="col" className="table__number">
              Heartbeat
            </th>
            <th scope="col" className="table__number">
              Sockets
            </th>
            <th scope="col" className="table__number">
              Loop delay p99
            </th>
          </tr>
        </thead>
        <tbody>
          {worstFirst(status.instances).map((instance) => (
            <tr key={instance.instanceId} data-testid="instance">
              <td>
                <span className="table__state" data-state={conditionOf(instance)}>
                  {conditionOf(instance)}
                </span>
              </td>
              <td>{instance.app}</td>
              <td className="table__id">{instance.instanceId}</td>
              <td>{instance.version}</td>
              <td className="table__number">{formatDuration(now - Date.parse(instance.startedAt))}</td>
              <td className="table__number">{formatDuration(instance.ageMs)} ago</td>
              <td className="table__number">{instance.app === 'gateway' ? instance.connections : '–'}</td>
              <td className="table__number">{instance.loopLagMs.toFixed(1)} ms</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
