import { describe, expect, it } from '@jest/globals';
import { parseThreadRoom, threadRoom, userRoom } from './rooms.js';

describe('rooms', () => {
  it('reads a thread room back, and takes no other for one', () => {
    const target = { tenantId: 'a', threadId: 'b', memberVersion: 12 };
    expect(parseThreadRoom(threadRoom(target))).toEqual(target);
    for (const room of [userRoom({ tenantId: 'a', userId: 'b' }), 'thread:a:b', 'thread:a:b:x', 'thread:a:b:c:1', '']) {
      expect(parseThreadRoom(room)).toBeUndefined();
    }
  });
});
