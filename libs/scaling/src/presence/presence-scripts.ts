/**
 * A user's connections are members of a sorted set, scored by the time they expire in Redis' own clock: the clocks of
 * the instances do not matter, and a connection whose instance died fades by itself.
 */
const NOW = `local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
`;

/** KEYS: user. ARGV: ttl in ms, connections. Answers 1 if there was none before. */
export const CONNECT = `${NOW}local first = redis.call('ZCARD', KEYS[1]) == 0
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return first and 1 or 0`;

/** KEYS: user. ARGV: connection. Answers 1 if it was the last one. */
export const DISCONNECT = `${NOW}local removed = redis.call('ZREM', KEYS[1], ARGV[1])
return (removed == 1 and redis.call('ZCARD', KEYS[1]) == 0) and 1 or 0`;

/** KEYS: user. Answers 1 if any connection lives. */
export const ONLINE = `local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)
return redis.call('ZCOUNT', KEYS[1], '(' .. string.format('%.0f', now), '+inf') > 0 and 1 or 0`;
