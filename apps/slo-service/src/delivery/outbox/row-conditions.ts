/** No silence keeps the notice of row `d` back. */
export const UNSILENCED = `
not exists (select from slo.silence s
             where (s.slo is null or s.slo = d.notice->>'slo') and now() >= s.starts_at and now() < s.ends_at)`;

/** Row `d`, which waits, may be sent as far as silences go: they hold back no end. */
export const MAY_SPEAK = `(d.action = 'resolve' or ${UNSILENCED})`;

/** Somebody is sending row `d`, or was killed while doing so. */
export const IS_LEASED = `(d.sending and d.next_at > clock_timestamp())`;

/** The trigger `t` was sent, is going to be, or may have arrived though nobody said so. */
export const WAS_TOLD = `(t.status <> 'silenced' or t.attempts > 0)`;
