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
    /** Sorted set of the leases of all instances, scored by their last heartbeat in Redis' own clock. */
    instances: `{${prefix}:instances}`,
    /** What an instance last said about itself; the lease ends when it expires. */
    instance: (lease: string) => `{${prefix}:instances}:${lease}`,
    /** What an instance last said about the resources that all share. */
    instanceHealth: (instanceId: string) => `{${prefix}:instances}:health:${instanceId}`,
    /** Who cleans up after a lease that ended. */
    cleaning: (lease: string) => `{${prefix}:instances}:${lease}:cleaning`,
    /** Hash of a user's connections: for each lease, the ids of those that it holds. */
    connections: (tenantId: string, userId: string) => `${prefix}:connections:${tenantId}:${userId}`,
    /** Set of the users that a lease holds connections of. */
    leaseUsers: (lease: string) => `${prefix}:lease-users:${lease}`,
    /** Channel of what is meant for the sockets of one instance. */
    relay: (instanceId: string) => `${prefix}:relay:${instanceId}`,
    /** Key and channel that one process's health checks use. */
    health: (id: string) => `${prefix}:health:${id}`,
  } as const;
}

export type Keys = ReturnType<typeof keys>;
