/** What the plain server and its clients tell each other. */
export interface PlainToServer {
  say(room: string, id: string): void;
  /** Streams an answer to the room of its own that the asker is in. */
  ask(runId: string): void;
}

export interface PlainToClient {
  said(id: string): void;
  word(runId: string, units: number, isLast: boolean): void;
}

/** Words of an answer, and the pace. */
export const PLAIN_WORDS = 500;
export const PLAIN_WORD_MS = 50;
