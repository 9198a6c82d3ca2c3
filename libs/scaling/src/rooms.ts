/** Who gets what is told to a thread. The member version changes when a member is removed, and the room with it. */
export interface ThreadTarget {
  readonly tenantId: string;
  readonly threadId: string;
  readonly memberVersion: number;
}

export interface UserTarget {
  readonly tenantId: string;
  readonly userId: string;
}

const THREAD_ROOM = /^thread:([^:]+):([^:]+):(\d{1,15})$/;

/** Room of a thread's members as of one member version: whoever did not re-authorise since a removal is not in it. */
export function threadRoom({ tenantId, threadId, memberVersion }: ThreadTarget): string {
  return `thread:${tenantId}:${threadId}:${memberVersion}`;
}

/** The target of a thread's room, or undefined for any other room. */
export function parseThreadRoom(room: string): ThreadTarget | undefined {
  const [, tenantId, threadId, memberVersion] = THREAD_ROOM.exec(room) ?? [];
  if (tenantId === undefined || threadId === undefined) return undefined;
  return { tenantId, threadId, memberVersion: Number(memberVersion) };
}

/** Room of all connections of a user. */
export function userRoom({ tenantId, userId }: UserTarget): string {
  return `user:${tenantId}:${userId}`;
}
