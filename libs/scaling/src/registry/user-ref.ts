import type { UserTarget } from '../rooms.js';

const REF = /^([^/]+)\/([^/]+)$/;

/** A user as a member of a set. */
export function userRef({ tenantId, userId }: UserTarget): string {
  return `${tenantId}/${userId}`;
}

/** The user, or undefined for anything else. */
export function parseUserRef(text: string): UserTarget | undefined {
  const [, tenantId, userId] = REF.exec(text) ?? [];
  return tenantId === undefined || userId === undefined ? undefined : { tenantId, userId };
}
