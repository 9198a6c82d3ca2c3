/** What one instance knows of the fleet at one tick, which is one heartbeat. */
export interface FleetView {
  /** Sockets of this instance. */
  readonly own: number;
  /** Sockets of each other instance of the same app that is ready and has a fresh heartbeat. */
  readonly others: readonly number[];
  /** Sockets of this instance that may be moved now. */
  readonly movable: number;
  /** Whether an instance is about to leave: its sockets are on their way, and no figure means anything. */
  readonly isChanging: boolean;
}

interface Watching {
  readonly status: 'watching';
  readonly ticksAbove: number;
  /** Rounds in a row that did not help. */
  readonly fruitless: number;
}

interface Settling {
  readonly status: 'settling';
  readonly ticksLeft: number;
  /** Own sockets when the round began. */
  readonly before: number;
  readonly moved: number;
  readonly fruitless: number;
}

export type RebalanceState = Watching | Settling;

export interface RebalanceStep {
  readonly state: RebalanceState;
  /** Sockets to hand off within the coming tick. */
  readonly move: number;
}

/** Part above the mean at which an instance begins to hand off. */
const HIGH = 0.2;
/** Part above the mean at which it stops: so far below, that noise does not start it again. */
const LOW = 0.1;
/** Below this mean per instance a few sockets are a large part, and not worth anybody's reconnection. */
const MIN_MEAN = 10;
const TICKS_ABOVE = 2;
/** Ticks until the figures of all show what a round did: one for its slots, one for who hesitates, two for heartbeats. */
const SETTLE_TICKS = 4;
/** Most sockets of one round: this part of the own ones, or this many. */
const MAX_SHARE = 0.1;
const MIN_ROUND = 50;
/** Part of a round that has to be gone afterwards for it to have helped. */
const HELPED = 0.25;
const MAX_FRUITLESS = 6;

export const INITIAL: RebalanceState = { status: 'watching', ticksAbove: 0, fruitless: 0 };

/**
 * Whether this instance hands sockets off, and how many.
 *
 *     watching ──20 % above the mean, at two ticks──▶ settling ──fresh figures: 10 % above──▶ settling (next round)
 *        ▲                                               │
 *        └── fresh figures: less, or nothing to move ◀───┘
 *
 * An instance never goes below the mean by its own doing, so that two do not pass the same sockets to and fro. Rounds
 * that do not help, because a balancer sends the sockets back, become smaller and rarer.
 */
export function rebalance(state: RebalanceState, view: FleetView): RebalanceStep {
  const { own, others, movable, isChanging } = view;
  if (isChanging || others.length === 0) return { state: INITIAL, move: 0 };
  if (state.status === 'settling' && state.ticksLeft > 1) {
    return { state: { ...state, ticksLeft: state.ticksLeft - 1 }, move: 0 };
  }
  const mean = others.reduce((sum, count) => sum + count, own) / (others.length + 1);
  if (mean < MIN_MEAN || own <= mean * (1 + LOW)) return { state: INITIAL, move: 0 };
  const fruitless = fruitlessAfter(state, own);
  const ticksAbove = ticksAboveAfter(state, own >= mean * (1 + HIGH));
  const most = Math.ceil(Math.max(MIN_ROUND, own * MAX_SHARE) / 2 ** fruitless);
  const move = ticksAbove < TICKS_ABOVE ? 0 : Math.min(Math.floor(own - mean), most, movable);
  if (move === 0) return { state: { status: 'watching', ticksAbove, fruitless }, move };
  const ticksLeft = SETTLE_TICKS * 2 ** fruitless;
  return { state: { status: 'settling', ticksLeft, before: own, moved: move, fruitless }, move };
}

/** A round that has settled goes on without being confirmed anew. */
function ticksAboveAfter(state: RebalanceState, isAbove: boolean): number {
  if (state.status === 'settling') return TICKS_ABOVE;
  return isAbove ? state.ticksAbove + 1 : 0;
}

function fruitlessAfter(state: RebalanceState, own: number): number {
  if (state.status === 'watching') return state.fruitless;
  const helped = own <= state.before - state.moved * HELPED;
  return helped ? 0 : Math.min(MAX_FRUITLESS, state.fruitless + 1);
}
