import { Inject, Injectable } from '@nestjs/common';
import { AppError, MIN_PROTOCOL_VERSION, PROTOCOL_VERSION, type CloseCode } from '@holdfast/contracts';
import type { Config } from '@holdfast/config';
import { LOGGER, metrics, type Logger } from '@holdfast/observability';
import { Authenticator } from '../auth/authenticator.service.js';
import { CONFIG } from '../config.token.js';
import { within } from '../command/within.js';
import { gatherPackets } from '../edge/gather.js';
import { TokenBucket } from '../limits/token-bucket.js';
import type { ChatSocket } from './chat-socket.js';
import { handshakeError } from './closing.js';
import { EpochReader } from './epoch-reader.service.js';
import { Session } from './session.js';

const HANDSHAKE_TIMEOUT_MS = 5_000;

const MAX_LISTENERS = 32;

/** Commands a rested socket may send at once, in seconds of its rate: a returning client has a queue to send. */
const BURST_SECONDS = 3;

/** Turns a connection to the chat namespace into a {@link Session}, or refuses it with a code that says what to do. */
@Injectable()
export class Handshake {
  private readonly seen = new WeakSet<object>();

  constructor(
    private readonly authenticator: Authenticator,
    private readonly epochs: EpochReader,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Namespace middleware. A refused connection is closed: a client starts anew, and nobody guesses tokens on one. */
  readonly middleware = (socket: ChatSocket, next: (error?: Error) => void): void => {
    void this.attempt(socket).then((refused) => {
      metrics.counter('holdfast_handshakes_total').inc({ outcome: refused?.outcome ?? 'ok' });
      if (refused === undefined) gatherPackets(socket.conn);
      next(refused?.error);
      if (refused === undefined) return;
      // After Socket.IO has written the refusal, which it does in the next tick.
      setImmediate(() => {
        socket.conn.close();
      });
    });
  };

  private async attempt(socket: ChatSocket): Promise<{ outcome: CloseCode; error: Error } | undefined> {
    try {
      if (this.seen.has(socket.conn)) throw new AppError('unauthenticated', 'one session per connection');
      this.seen.add(socket.conn);
      // Nest listens for the end once per gateway class, of which there are more than Node takes for a leak.
      socket.setMaxListeners(MAX_LISTENERS);
      socket.data.session = await within(HANDSHAKE_TIMEOUT_MS, this.open(socket.handshake.auth));
      return undefined;
    } catch (error) {
      const outcome = this.closeCode(error);
      const known = error instanceof AppError ? error : undefined;
      const message = known?.message ?? 'the service is not available';
      return { outcome, error: handshakeError(outcome, message, known?.retryAfterMs) };
    }
  }

  private async open({ token, protocol = PROTOCOL_VERSION }: Readonly<Record<string, unknown>>): Promise<Session> {
    if (typeof protocol !== 'number' || protocol < MIN_PROTOCOL_VERSION || protocol > PROTOCOL_VERSION) {
      const range = `${MIN_PROTOCOL_VERSION.toString()} to ${PROTOCOL_VERSION.toString()}`;
      throw new AppError('unsupported_protocol', `this server speaks protocol ${range}`);
    }
    const [{ identity, user }, epoch] = await Promise.all([
      this.authenticator.authenticate(token),
      this.epochs.current(),
    ]);
    const perSecond = this.config.limits.commandsPerS;
    return new Session(user, identity, epoch, new TokenBucket({ perSecond, burst: BURST_SECONDS * perSecond }));
  }

  private closeCode(error: unknown): CloseCode {
    const code = error instanceof AppError ? error.code : 'internal';
    if (code === 'unauthenticated' || code === 'unsupported_protocol') return code;
    if (code === 'gone') return 'erased';
    if (code === 'internal') this.logger.error({ err: error }, 'handshake failed');
    return 'unavailable';
  }
}
