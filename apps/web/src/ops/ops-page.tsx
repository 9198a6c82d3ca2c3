import { ArrowLeft } from 'lucide-react';
import { Wordmark } from '../parts/wordmark.js';
import { formatDuration, formatTime } from '../parts/format.js';
import { InstanceTable } from './instance-table.js';
import { useSystemStatus } from './use-system-status.js';
import { verdictOf } from './verdict.js';
import './ops.css';

/** What runs now, worst first. */
export function OpsPage() {
  const { status, fault, checkedAt } = useSystemStatus();
  const verdict = verdictOf(status, fault);
  return (
    <div className="ops">
      <header className="ops__header">
        <Wordmark />
        <h1>Operations</h1>
        <a className="hf-button hf-button--quiet hf-button--small" href="/">
          <ArrowLeft size={16} aria-hidden />
          Chat
        </a>
      </header>
      <main className="ops__main">
        <p className="ops__verdict" data-tone={verdict.tone} data-testid="verdict" role="status">
          <span className="ops__dot" aria-hidden />
          {verdict.text}
        </p>
        <p className="ops__asof">
          {checkedAt === null ? 'Asking for the state' : `As of ${formatTime(checkedAt)}, asked every 5 s`}
          {status !== null && ` · gateway version ${status.version}`}
        </p>
        {status !== null && (
          <>
            <section className="board">
              <h2>Instances</h2>
              <InstanceTable status={status} />
            </section>
            <section className="board">
              <h2>SLO service</h2>
              {status.sloService === null ? (
                <p className="board__empty">
                  No slo-service answered. Once one runs, its objectives, budgets and alerts are here.
                </p>
              ) : (
                <dl className="facts">
                  <dt>Instance</dt>
                  <dd>{status.sloService.instanceId}</dd>
                  <dt>Version</dt>
                  <dd>{status.sloService.version}</dd>
                  <dt>Up for</dt>
                  <dd>{formatDuration(Date.parse(status.at) - Date.parse(status.sloService.startedAt))}</dd>
                </dl>
              )}
            </section>
          </>
        )}
      </main>
    </div>
  );
}
