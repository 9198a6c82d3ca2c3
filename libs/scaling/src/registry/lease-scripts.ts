/**
 * A heartbeat. An ended lease never comes back to life: what others may be cleaning up must not grow again. It is listed
 * once more instead, so that somebody cleans up what was registered under it since Redis forgot it.
 *
 * KEYS: words, leases. ARGV: words, ttl in ms, lease, 1 to renew only. Answers 1 if the lease holds.
 */
export const BEAT = `local kind = redis.call('TYPE', KEYS[2]).ok
if kind ~= 'zset' and kind ~= 'none' then redis.call('DEL', KEYS[2]) end
if ARGV[4] == '1' and redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('ZADD', KEYS[2], 0, ARGV[3])
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local t = redis.call('TIME')
redis.call('ZADD', KEYS[2], t[1] * 1000 + math.floor(t[2] / 1000), ARGV[3])
return 1`;

function leases(range: string): string {
  return `local t = redis.call('TIME')
local answer = redis.call(${range}, 'WITHSCORES')
table.insert(answer, 1, string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000)))
return answer`;
}

/** KEYS: leases. ARGV: limit. Answers the time now, then leases and the times of their last heartbeats, newest first. */
export const NEWEST = leases("'ZREVRANGE', KEYS[1], 0, ARGV[1] - 1");

/** KEYS: leases. ARGV: first rank, last rank. The same from rank to rank, oldest first. */
export const OLDEST = leases("'ZRANGE', KEYS[1], ARGV[1], ARGV[2]");

/**
 * Whoever claims names a lease of their own, and a claim ends by itself. What has no end, or one so far away that nobody
 * can have set it, names no lease, or is of another type would block the clean-up: it makes room, in the same step.
 *
 * KEYS: claim. ARGV: who claims, ms, longest life of anybody's claim in ms. Answers 0 if somebody else has it, 1 if it is
 * theirs now, 2 if something that was no claim made room for it.
 */
export const CLAIM = `local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'string' then
  local left = redis.call('PTTL', KEYS[1])
  local lease = '^[a-z-]+:[A-Za-z0-9._-]+:' .. string.rep('[0-9a-f]', 12) .. '$'
  if left >= 0 and left <= tonumber(ARGV[3]) and string.find(redis.call('GET', KEYS[1]), lease) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return kind == 'none' and 1 or 2`;

/** KEYS: claim. ARGV: who claims, ms. Answers 1 if the claim is still theirs, and prolongs it. */
export const KEEP_CLAIM = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** KEYS: claim, leases. ARGV: who claims, lease. Takes the lease off the list, if the claim is still theirs. */
export const SETTLE_CLAIM = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return redis.call('ZREM', KEYS[2], ARGV[2])`;
