import { CHAT_NAMESPACE, PROTOCOL_VERSION } from '@holdfast/contracts';
import { io } from 'socket.io-client';
import type { Transport, TransportEnd } from './transport.js';

/**
 * {@link Transport} over Socket.IO, WebSocket only. Its own reconnection, buffers and retries are off: its API tells no
 * time of the next try, and its buffer would send a message twice beside an outbox.
 *
 * @param url origin of the gateway, such as `https://chat.example.org`; empty = the page's own.
 */
export function socketIoTransport(url: string): Transport {
  return {
    open: (token, handlers) => {
      const socket = io(`${url}${CHAT_NAMESPACE}`, {
        transports: ['websocket'],
        reconnection: false,
        forceNew: true,
        autoConnect: false,
        auth: { token, protocol: PROTOCOL_VERSION },
      });
      let ended = false;
      const end = (info: TransportEnd): void => {
        if (ended) return;
        ended = true;
        socket.disconnect();
        handlers.onEnd(info);
      };
      socket.io.on('open', () => {
        handlers.onOpen();
      });
      socket.io.on('error', (fault) => {
        end({ kind: 'lost', reason: fault.message });
      });
      socket.on('connect_error', (fault: Error & { data?: unknown }) => {
        end({ kind: fault.data === undefined ? 'lost' : 'refused', reason: fault.message, data: fault.data });
      });
      socket.on('disconnect', (reason) => {
        end({ kind: 'lost', reason });
      });
      socket.onAny((name: string, payload: unknown) => {
        if (!ended) handlers.onEvent(name, payload);
      });
      socket.connect();
      return {
        send: (name, request, onAck) => {
          if (socket.connected) socket.emit(name, request, onAck);
        },
        close: (reason) => {
          end({ kind: 'lost', reason });
        },
      };
    },
  };
}
