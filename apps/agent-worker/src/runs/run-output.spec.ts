import { describe, expect, it } from '@jest/globals';
import type { Part } from '@holdfast/contracts';
import { RunOutput } from './run-output.js';

const never = new AbortController().signal;
const text = (value: string): Part => ({ type: 'text', text: value });

describe('RunOutput', () => {
  it('repeats the same batch at the same offset until it is settled', async () => {
    const output = new RunOutput(5, 100);
    await output.write([text('ab')], never);
    const first = output.take();
    await output.write([text('c')], never);
    expect(output.take()).toEqual(first);
    expect(first).toEqual({ off: 5, parts: [text('ab')] });
    output.settle();
    expect(output.take()).toEqual({ off: 7, parts: [text('c')] });
    output.settle();
    expect(output.take()).toBeUndefined();
    expect(output.length).toBe(8);
  });

  it('joins text that waits and keeps cards apart', async () => {
    const output = new RunOutput(0, 100);
    const card: Part = { type: 'tool_call', callId: 'c', tool: 't', args: {} };
    for (const part of [text('a'), text('b'), card, text('c')]) await output.write([part], never);
    expect(output.take()?.parts).toEqual([text('ab'), card, text('c')]);
  });

  it('holds a writer back until there is room', async () => {
    const output = new RunOutput(0, 3);
    await output.write([text('abcd')], never);
    let written = false;
    const writing = output.write([text('e')], never).then(() => {
      written = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBe(false);
    output.take();
    output.settle();
    await writing;
    expect(output.take()).toEqual({ off: 4, parts: [text('e')] });
  });

  it('lets go of whoever waits when the run stops', async () => {
    const output = new RunOutput(0, 1);
    const stop = new AbortController();
    await output.write([text('ab')], stop.signal);
    const waits = [output.write([text('c')], stop.signal), output.drained(stop.signal)];
    stop.abort(new Error('stopped'));
    for (const wait of waits) await expect(wait).rejects.toThrow('stopped');
  });
});
