import { integer } from '../rules.js';
import { variable } from '../variable.js';

const KIB = 1_024;

export const limitsSection = {
  bodyBytes: variable({
    name: 'LIMIT_BODY_BYTES',
    schema: integer(1, 256 * KIB),
    fallback: String(32 * KIB),
    summary: 'Largest message body, in UTF-8 bytes.',
  }),
  messagesPerSend: variable({
    name: 'LIMIT_MESSAGES_PER_SEND',
    schema: integer(1, 50),
    fallback: '50',
    summary: 'Most messages of one message.send.',
  }),
  rateMessages: variable({
    name: 'LIMIT_RATE_MESSAGES',
    schema: integer(1, 100_000),
    fallback: '20',
    summary: 'Messages per window and user, sustained.',
  }),
  rateWindowMs: variable({
    name: 'LIMIT_RATE_WINDOW_MS',
    schema: integer(100, 3_600_000),
    fallback: '10000',
    summary: 'Window of LIMIT_RATE_MESSAGES, in ms.',
  }),
  rateBurst: variable({
    name: 'LIMIT_RATE_BURST',
    schema: integer(1, 100_000),
    fallback: '100',
    summary: 'Messages a rested user may send at once.',
  }),
  openThreads: variable({
    name: 'LIMIT_OPEN_THREADS',
    schema: integer(1, 200),
    fallback: '50',
    summary: 'Threads that one socket may have open.',
  }),
  frameBytes: variable({
    name: 'LIMIT_FRAME_BYTES',
    schema: integer(16 * KIB, 16 * KIB * KIB),
    fallback: String(512 * KIB),
    summary: 'Largest WebSocket message, in bytes.',
  }),
  frameFragments: variable({
    name: 'LIMIT_FRAME_FRAGMENTS',
    schema: integer(1, 1_024),
    fallback: '32',
    summary: 'Most fragments of one WebSocket message.',
  }),
  connections: variable({
    name: 'LIMIT_CONNECTIONS',
    schema: integer(1, 1_000_000),
    fallback: '10000',
    summary: 'Sockets of one gateway.',
  }),
  handshakesPerS: variable({
    name: 'LIMIT_HANDSHAKES_PER_S',
    schema: integer(1, 1_000_000),
    fallback: '1500',
    summary: 'Handshakes per second of one gateway.',
  }),
  handshakesPerAddressPerS: variable({
    name: 'LIMIT_HANDSHAKES_PER_ADDRESS_PER_S',
    schema: integer(1, 1_000_000),
    fallback: ({ environment }) => (environment === 'development' || environment === 'test' ? '1500' : '50'),
    fallbackText: '1500 in development and test, else 50',
    summary: 'Handshakes per second of one client address.',
  }),
  commandsPerS: variable({
    name: 'LIMIT_COMMANDS_PER_S',
    schema: integer(1, 100_000),
    fallback: '100',
    summary: 'Commands per second of one socket, with a burst of three seconds.',
  }),
  requestBytes: variable({
    name: 'LIMIT_REQUEST_BYTES',
    schema: integer(KIB, 16 * KIB * KIB),
    fallback: String(64 * KIB),
    summary: 'Largest body of an HTTP request, in bytes.',
  }),
  requestsPerS: variable({
    name: 'LIMIT_REQUESTS_PER_S',
    schema: integer(1, 100_000),
    fallback: '50',
    summary: 'HTTP requests per second and user at one gateway, with a burst of three seconds.',
  }),
  guestsPerAddressPerMin: variable({
    name: 'LIMIT_GUESTS_PER_ADDRESS_PER_MIN',
    schema: integer(1, 1_000_000),
    fallback: ({ environment }) => (environment === 'development' || environment === 'test' ? '6000' : '30'),
    fallbackText: '6000 in development and test, else 30',
    summary: 'New guests per minute of one client address at one gateway.',
  }),
};
