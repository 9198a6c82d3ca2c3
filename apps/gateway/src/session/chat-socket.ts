import type { ClientToServerEvents, ServerToClientEvents } from '@holdfast/contracts';
import type { DefaultEventsMap, Namespace, Socket } from 'socket.io';
import type { Session } from './session.js';

export interface ChatSocketData {
  session: Session;
}

/** A socket of the chat namespace; its session is there before the first handler sees it. */
export type ChatSocket = Socket<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, ChatSocketData>;

export type ChatNamespace = Namespace<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, ChatSocketData>;
