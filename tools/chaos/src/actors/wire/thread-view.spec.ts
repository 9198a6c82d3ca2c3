import { describe, expect, it } from '@jest/globals';
import { ThreadView } from './thread-view.js';

describe('ThreadView', () => {
  it('takes what follows, drops what is known, and lets wait what is too early', () => {
    const view = new ThreadView();
    view.take('a', [1, 2, 2]);
    view.take('a', [4, 5]);
    expect(view).toMatchObject({ from: 1, seq: 2, head: 5, isBehind: true });
    view.take('a', [1, 2, 3]);
    expect(view).toMatchObject({ from: 1, seq: 5, isBehind: false });
  });

  it('starts anew at a reset, and says so once something was thrown away', () => {
    const view = new ThreadView();
    view.reset('a', [7, 8], 8);
    expect(view).toMatchObject({ from: 7, seq: 8, wasReset: false });
    view.take('a', [11]);
    view.reset('a', [9, 10], 10);
    expect(view).toMatchObject({ from: 9, seq: 11, wasReset: true });
    view.take('a', [13]);
    view.reset('b', [1, 2], 2);
    expect(view).toMatchObject({ from: 1, seq: 2, head: 2 });
  });

  it('keeps what overtakes the answer to its first question', () => {
    const view = new ThreadView();
    view.take('a', [4]);
    view.take('a', [1, 2, 3]);
    expect(view).toMatchObject({ from: 1, seq: 4 });
    const late = new ThreadView();
    late.take('a', [9]);
    late.reset('a', [7, 8], 8);
    expect(late).toMatchObject({ from: 7, seq: 9, wasReset: false });
  });
});
