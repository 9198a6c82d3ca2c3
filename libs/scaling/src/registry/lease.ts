import { randomBytes } from 'node:crypto';
import { AppName } from '@holdfast/contracts';

/** Who holds a lease. */
export interface LeaseOwner {
  readonly app: AppName;
  readonly instanceId: string;
}

const LEASE = /^([a-z-]+):([A-Za-z0-9._-]{1,64}):[0-9a-f]{12}$/;

/**
 * A lease is one uninterrupted presence of an instance: what it registers lives and dies with it. An instance that was
 * taken for dead, or that starts again under the same id, gets a new one, so that cleaning up after the old one never
 * touches what it registers now.
 */
export function newLease({ app, instanceId }: LeaseOwner): string {
  return `${app}:${instanceId}:${randomBytes(6).toString('hex')}`;
}

/** The owner, or undefined for a text that is no lease. */
export function parseLease(text: string): LeaseOwner | undefined {
  const [, appName, instanceId] = LEASE.exec(text) ?? [];
  const app = AppName.safeParse(appName);
  return app.success && instanceId !== undefined ? { app: app.data, instanceId } : undefined;
}
