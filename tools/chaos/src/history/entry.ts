/** A history is a file of entries, one JSON object a line, written by one process in the order in which things happened. */
export type Entry = Numbered &
  (
    | Meta
    | Invoked
    | Answered
    | Seen
    | Position
    | Watch
    | Away
    | RunSeen
    | Called
    | Access
    | Fault
    | ProcessEvent
    | Phase
    | FinalThread
  );

interface Numbered {
  /** Position in the history, from 0, dense. */
  readonly i: number;
  /** Milliseconds since the start of the run, on one monotonic clock. */
  readonly at: number;
}

/** Always the first entry. */
export interface Meta {
  readonly kind: 'meta';
  readonly seed: number;
  readonly minutes: number;
  /** Operations a second; absent: the usual number. */
  readonly rate?: number;
  readonly faults: readonly string[];
  /** Everything that may be seen by whom: the checker's ground for isolation. */
  readonly threads: readonly ThreadOfRun[];
  /** Most resident memory that one process of the system may use, in MiB. */
  readonly memoryCapMiB: number;
}

export interface ThreadOfRun {
  readonly tenant: string;
  readonly thread: string;
  /** Ids of the members at the start, agents included. */
  readonly members: readonly string[];
  /** Appears in every message body of this thread and nowhere else. */
  readonly canary: string;
}

export type OperationName =
  | 'message.send'
  | 'message.edit'
  | 'message.delete'
  | 'run.cancel'
  | 'session.resume'
  | 'thread.open'
  | 'events.pull'
  | 'member.remove'
  | 'member.add';

/** A client starts an operation. Each try has its own `op`; tries of one send share `key`. */
export interface Invoked {
  readonly kind: 'invoke';
  readonly op: number;
  readonly name: OperationName;
  readonly client: string;
  /** Where it went: the instance's name, or `balancer`. */
  readonly node: string;
  readonly tenant: string;
  readonly user: string;
  readonly thread: string;
  /** Client message id or client command id. */
  readonly key?: string;
  /** Text of a send or an edit; it carries the thread's canary. */
  readonly text?: string;
  readonly run?: string;
  /** Of `message.edit`, `message.delete`: id of the message. */
  readonly target?: string;
  /** Of `member.remove`, `member.add`: user id of whoever is removed or added. */
  readonly member?: string;
}

/** The end of an operation. `info`: nobody knows whether it happened (time-out, lost connection, retryable `unavailable`). */
export interface Answered {
  readonly kind: 'answer';
  readonly op: number;
  readonly outcome: 'ok' | 'fail' | 'info';
  /** Error code, of `fail` and `info`. */
  readonly code?: string;
  readonly seq?: number;
  readonly id?: string;
  readonly run?: string;
  readonly duplicate?: boolean;
}

/** Where an observation came from. */
export type Via = 'ack' | 'live' | 'resume' | 'pull' | 'rest';

/** One entry of a thread's log as it reached a client, before any merging by the client. */
export interface Seen extends SeenEvent {
  readonly kind: 'seen';
  readonly client: string;
  /** Number of this client's connection, from 0; every new socket has the next. Of `rest`: the current one. */
  readonly connection: number;
  readonly via: Via;
  /** Of `ack`, `resume`, `pull`, `rest`: the operation that was answered with it, where it has one. */
  readonly op?: number;
  readonly tenant: string;
  readonly user: string;
  readonly thread: string;
  readonly epoch: string;
}

export interface SeenEvent {
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  /** User id of the sender or actor, if the event has one. */
  readonly sender?: string;
  /** Client message id, if the event tells it. */
  readonly key?: string;
  /** Text of a message or an edit, non-text parts as U+FFFC; absent where the event has none or it was deleted. */
  readonly text?: string;
  /** Of `run.started`, `run.ended`; of `message.sent`: the run that wrote it, not the one that it asks for. */
  readonly run?: string;
  /** Of `message.edited`, `message.deleted`: id of the message. */
  readonly target?: string;
  /** Of `member.added`, `member.removed`: who. */
  readonly member?: string;
  /** Of `run.ended`: its outcome. */
  readonly status?: 'completed' | 'failed' | 'cancelled';
}

/**
 * What a client has of a thread after merging: everything from `from` to `seq` without a gap. `settled`: it believes that
 * it is complete. `reset`: it threw its cache away before.
 */
export interface Position {
  readonly kind: 'position';
  readonly client: string;
  readonly thread: string;
  readonly epoch: string;
  readonly from: number;
  readonly seq: number;
  readonly reset: boolean;
}

/**
 * A client follows a thread from `begin` to `end`: while the system is healthy, it must come to hold everything. `end` is
 * written before the client closes, is removed or lets its token expire. A thread without a watcher after `healed` makes
 * the run invalid.
 */
export interface Watch {
  readonly kind: 'watch';
  readonly phase: 'begin' | 'end';
  readonly client: string;
  readonly tenant: string;
  readonly user: string;
  readonly thread: string;
  /** Reads slowly on purpose: must have everything in the end, but says nothing about how soon service is back. */
  readonly slow?: true;
}

/**
 * A client leaves its gateway of its own will and comes back with its next `session.resume`: what it is given late
 * meanwhile says nothing about the system.
 */
export interface Away {
  readonly kind: 'away';
  readonly client: string;
}

/** One event of a run's stream as it reached a client, or a client's state of it by resume or follow. */
export interface RunSeen {
  readonly kind: 'run';
  readonly client: string;
  /** As of `seen`. */
  readonly connection: number;
  readonly via: Via;
  readonly tenant: string;
  readonly user: string;
  readonly thread: string;
  readonly run: string;
  readonly attempt: number;
  readonly what: 'attempt' | 'chunk' | 'snapshot' | 'ended';
  /** The operation that was answered with it, where it has one. */
  readonly op?: number;
  /** Of `attempt`: length that stays. */
  readonly base?: number;
  /** Of `chunk`, `snapshot`: offset in UTF-16 units, non-text parts count 1. */
  readonly off?: number;
  /** Of `chunk`, `snapshot`; a non-text part is written as U+FFFC. */
  readonly text?: string;
  /** Of `ended`. */
  readonly status?: 'completed' | 'failed' | 'cancelled';
  readonly length?: number;
}

/** An agent's tool really did something outside: told by the server that it called. */
export interface Called {
  readonly kind: 'called';
  readonly tenant: string;
  readonly run: string;
  readonly tool: string;
  /** Identity of the effect: equal for two calls that should have been one. */
  readonly effect: string;
}

/**
 * From here on the user must not be given anything of the thread (`removed`; a retry of what they wrote before is still
 * answered with its place), or anything at all (`expired`: written when
 * token and grace are over). A removal ends with the next `member.add` of that user that is invoked.
 */
export interface Access {
  readonly kind: 'access';
  readonly what: 'removed' | 'expired';
  readonly tenant: string;
  readonly user: string;
  /** Of `removed`. */
  readonly thread?: string;
  /** Of `removed`: seq of the removal; nothing above it may be seen. */
  readonly seq?: number;
  /** Of `expired`: only this client, if given; whoever comes with a fresh token is another client. */
  readonly client?: string;
}

export interface Fault {
  readonly kind: 'fault';
  /** Number of this injection; `begin` and `end` share it. */
  readonly injection: number;
  readonly name: string;
  readonly target: string;
  readonly phase: 'begin' | 'end';
  /** Of `end`: whether it was seen to hit something (connections cut, a process that died, bytes delayed). */
  readonly effective?: boolean;
  readonly detail?: string;
}

export interface ProcessEvent {
  readonly kind: 'process';
  /** Names of Redis and Postgres begin with `redis`, `postgres`; each other process has its memory and its logs looked at. */
  readonly node: string;
  /**
   * `logs`: all that it wrote was searched for canaries (once per process, when it ended or at the end of the run);
   * `leak`: one was found.
   */
  readonly what: 'started' | 'exited' | 'unhandled' | 'memory' | 'logs' | 'leak';
  /** Of `exited`: true if the nemesis ended it. */
  readonly expected?: boolean;
  readonly code?: number | null;
  readonly signal?: string | null;
  /** Of `exited`: the last signal that the nemesis, or the end of the run, sent. After SIGTERM the exit code must be 0. */
  readonly requested?: 'SIGTERM' | 'SIGKILL';
  /** Of `logs`: lines searched. */
  readonly lines?: number;
  /** Of `memory`: resident, MiB. */
  readonly residentMiB?: number;
  readonly detail?: string;
}

/**
 * `ready`: every app is, for the first time after the last fault (absent in histories of before it was written).
 * `healed`: the time of faults is over; load goes on for a while. `quiesced`: no more operations, everything that was pending
 * had its time (the runs too), and who still watches holds all of it. `end`: finals are written.
 */
export interface Phase {
  readonly kind: 'phase';
  readonly name: 'ready' | 'healed' | 'quiesced' | 'end';
}

/** The truth of Postgres about a thread, read after quiescence. */
export interface FinalThread {
  readonly kind: 'final';
  readonly tenant: string;
  readonly thread: string;
  readonly epoch: string;
  readonly head: number;
  readonly events: readonly SeenEvent[];
  readonly runs: readonly FinalRun[];
  /** User ids of the members now. */
  readonly members: readonly string[];
}

export interface FinalRun {
  readonly id: string;
  readonly status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';
  readonly attempt: number;
  readonly length: number;
  /** Text of the message it wrote, non-text parts as U+FFFC; absent if it wrote none. */
  readonly text?: string;
}
