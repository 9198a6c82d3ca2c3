import { describe, expect, it } from '@jest/globals';
import { readLogLine } from './log-line.js';

describe('readLogLine', () => {
  it('shows level, message, fault and telling fields', () => {
    const line = JSON.stringify({
      level: 50,
      time: 1,
      pid: 2,
      msg: 'append failed',
      err: { message: 'gone' },
      threadId: 't',
    });
    expect(readLogLine(line)).toEqual({ level: 50, text: 'ERROR append failed (gone) threadId=t' });
  });

  it('understands level names', () => {
    expect(readLogLine('{"level":"info","msg":"up"}')).toEqual({ level: 30, text: 'INFO  up' });
  });

  it('never hides what is not JSON', () => {
    expect(readLogLine('Error: boom')).toEqual({ level: 40, text: 'Error: boom' });
    expect(readLogLine('{broken')).toEqual({ level: 40, text: '{broken' });
  });
});
