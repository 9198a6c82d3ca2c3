import type { Logger } from '@holdfast/observability';
import type { Dispatch } from '../payload/dispatch.js';
import type { AlertTarget, SendOutcome } from './alert-target.port.js';

/** Writes every notice to the log. */
export class LogTarget implements AlertTarget {
  readonly name = 'log';
  readonly kind = 'log';
  readonly pace = { concurrency: 1, gapMs: 0 };
  readonly reachesPeople = false;

  constructor(private readonly logger: Logger) {}

  send({ dedupKey, notice }: Dispatch): Promise<SendOutcome> {
    const { slo, service, kind, incident, action, transition, severity, summary, at } = notice;
    const fields = { slo, service, alert: kind, incident, transition, severity, summary, at: new Date(at), dedupKey };
    if (action === 'resolve') this.logger.info(fields, 'alert resolved');
    else if (severity === 'critical') this.logger.error(fields, 'alert');
    else this.logger.warn(fields, 'alert');
    return Promise.resolve({ kind: 'delivered', code: 'logged' });
  }
}
