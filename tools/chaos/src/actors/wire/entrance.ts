import type { Random } from '../../random/random.js';

/** Where a client can reach the system. */
export interface Entrance {
  readonly node: string;
  readonly url: string;
}

/** Any gateway but the last one, while there is another: a client that comes back should not depend on where it was. */
export function nextEntrance(random: Random, entrances: readonly Entrance[], last: Entrance | undefined): Entrance {
  const others = entrances.filter((entrance) => entrance !== last);
  return random.pick(others.length > 0 && random.chance(0.7) ? others : entrances);
}
