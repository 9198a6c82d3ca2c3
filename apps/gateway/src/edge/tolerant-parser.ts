import { encodeWithPieces } from '@holdfast/conversation';
import { metrics } from '@holdfast/observability';
import { Decoder, Encoder, type Packet } from 'socket.io-parser';

/** Packets of one connection that may be malformed before it is closed. */
const MAX_MALFORMED = 50;

const BINARY_HEADER = /^[56]\d*-/;

/**
 * Decodes packets without ever collecting binary attachments, which no command takes, and drops what is malformed
 * instead of closing the connection: a bad packet of one feature must not cost a client its whole session.
 */
class TolerantDecoder extends Decoder {
  private malformed = 0;

  override add(data: unknown): void {
    if (typeof data !== 'string') {
      this.count('binary');
      return;
    }
    try {
      // The text of a binary event stands for itself; its placeholders then break the command's schema.
      super.add(data.replace(BINARY_HEADER, (header) => (header.startsWith('5') ? '2' : '3')));
    } catch (error) {
      this.count('malformed');
      if (this.malformed > MAX_MALFORMED) throw error;
    }
  }

  private count(kind: 'binary' | 'malformed'): void {
    this.malformed += 1;
    metrics.counter('holdfast_rejected_packets_total').inc({ kind });
  }
}

/**
 * Encodes as text without a search for binary, which no event and no answer contains. What many are answered with is
 * encoded once.
 */
class TextEncoder extends Encoder {
  override encode({ type, nsp, id, data }: Packet): string[] {
    const address = `${type.toString()}${nsp === '/' ? '' : `${nsp},`}${id === undefined ? '' : id.toString()}`;
    return [data === undefined ? address : address + encodeWithPieces(data)];
  }
}

/** Parser for the `parser` option of a Socket.IO server. */
export const tolerantParser = { Encoder: TextEncoder, Decoder: TolerantDecoder };
