/**
 * Every key and channel name in Redis, under the deployment's prefix. Braces are Redis Cluster hash tags: keys that one
 * script or transaction touches share a tag.
 */
export function keys(prefix: string) {
  return {
    /** BullMQ's own prefix; its scripts touch many keys at once. */
    queuePrefix: `{${prefix}}`,
    /** First part of the Socket.IO adapter's channels. */
    socketIo: `${prefix}:io`,
    /** Channel of requests and hints of one RPC name. */
    rpc: (name: string) => `${prefix}:rpc:${name}`,
    /** Channel of the answers of one RPC name. */
    rpcReply: (name: string) => `${prefix}:rpc:${name}:reply`,
    /** Sorted set of known instance ids. */
    instances: `{${prefix}:instances}`,
    /** What one instance last said about itself. */
    instance: (instanceId: string) => `{${prefix}:instances}:${instanceId}`,
    /** Sorted set of a user's live connections. */
    presence: (tenantId: string, userId: string) => `{${prefix}:presence:${tenantId}}:${userId}`,
  } as const;
}

export type Keys = ReturnType<typeof keys>;
