import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io';
import { gatherPackets, gatherWrites } from './gather.js';

/** Writes what it holds whenever it is told to, as Engine.IO does. */
class Connection {
  readonly written: string[][] = [];
  private buffer: string[] = [];

  send(packet: string): void {
    this.buffer.push(packet);
    this.flush();
  }

  flush(): void {
    if (this.buffer.length > 0) this.written.push(this.buffer);
    this.buffer = [];
  }
}

describe('gathering what is written', () => {
  it('sends the packets of one turn together and in order, and later ones at once', async () => {
    const connection = new Connection();
    gatherPackets(connection as unknown as Socket['conn']);
    connection.send('admitted');
    connection.send('welcome');
    expect(connection.written).toEqual([]);
    await turn();
    expect(connection.written).toEqual([['admitted', 'welcome']]);
    connection.send('news');
    expect(connection.written.at(-1)).toEqual(['news']);
  });

  it('changes nothing where Engine.IO has no such method', () => {
    expect(() => {
      gatherPackets({} as Socket['conn']);
    }).not.toThrow();
  });

  it('writes to a raw socket once a turn', async () => {
    const writes: string[] = [];
    const socket = new Duplex({
      decodeStrings: false,
      write: (chunk: string, _encoding, done) => {
        writes.push(chunk);
        done();
      },
      writev: (chunks: { chunk: string }[], done: () => void) => {
        writes.push(chunks.map(({ chunk }) => chunk).join(''));
        done();
      },
    });
    gatherWrites(socket);
    socket.write('switching ');
    socket.write('protocols');
    expect(writes).toEqual([]);
    await turn();
    expect(writes).toEqual(['switching protocols']);
    socket.write('!');
    expect(writes.at(-1)).toBe('!');
  });
});
