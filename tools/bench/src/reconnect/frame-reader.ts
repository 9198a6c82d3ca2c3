const TEXT = 0x1;
const CLOSE = 0x8;
const FINAL = 0x80;
const MASKED = 0x80;
const MASK_BYTES = 4;
const SHORT = 125;
const MEDIUM = 0xff_ff;

/**
 * A text message of a client as one WebSocket frame (RFC 6455, section 5.2). A client has to mask; a mask of zeros leaves
 * the text as it is.
 */
export function frameOf(text: string): Buffer {
  return frame(TEXT, text);
}

/** A client's goodbye. */
export function closeFrame(): Buffer {
  return frame(CLOSE, '');
}

function frame(opcode: number, text: string): Buffer {
  const length = Buffer.byteLength(text);
  const extended = length <= SHORT ? 0 : length <= MEDIUM ? 2 : 8;
  const header = 2 + extended + MASK_BYTES;
  const bytes = Buffer.alloc(header + length);
  bytes[0] = FINAL | opcode;
  bytes[1] = MASKED | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) bytes.writeUInt16BE(length, 2);
  if (extended === 8) bytes.writeBigUInt64BE(BigInt(length), 2);
  bytes.write(text, header);
  return bytes;
}

/** Takes what a server sends apart into messages; a server sends each in one frame, and nothing but text. */
export class FrameReader {
  private parts: Buffer[] = [];
  private size = 0;
  /** Bytes that have to be there before there is anything to do. */
  private wanted = 2;

  /** The messages that end in `bytes`. */
  take(bytes: Buffer): Buffer[] {
    this.parts.push(bytes);
    this.size += bytes.length;
    if (this.size < this.wanted) return [];
    const all = this.parts.length === 1 ? bytes : Buffer.concat(this.parts);
    const messages: Buffer[] = [];
    let start = 0;
    for (;;) {
      const end = this.endOf(all, start);
      if (end === undefined) break;
      const [from, to] = end;
      if (((all[start] ?? 0) & 0xf) === TEXT) messages.push(all.subarray(from, to));
      start = to;
    }
    this.parts = start === all.length ? [] : [all.subarray(start)];
    this.size = all.length - start;
    return messages;
  }

  /** Where the message of the frame at `start` lies; undefined if it is not whole. */
  private endOf(bytes: Buffer, start: number): [number, number] | undefined {
    const left = bytes.length - start;
    this.wanted = 2;
    if (left < this.wanted) return undefined;
    const short = (bytes[start + 1] ?? 0) & 0x7f;
    const extended = short <= SHORT ? 0 : short === 126 ? 2 : 8;
    this.wanted += extended;
    if (left < this.wanted) return undefined;
    const length =
      extended === 0
        ? short
        : extended === 2
          ? bytes.readUInt16BE(start + 2)
          : Number(bytes.readBigUInt64BE(start + 2));
    const from = start + this.wanted;
    this.wanted += length;
    return left < this.wanted ? undefined : [from, from + length];
  }
}
