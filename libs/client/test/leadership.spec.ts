import { describe, expect, it } from '@jest/globals';
import { lockLeadership } from '../src/tabs/leadership.js';
import { fakeLocks } from './fake-locks.js';

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe('lockLeadership', () => {
  it('lets one page lead, and the next one when it goes', async () => {
    const locks = fakeLocks();
    const [a, b] = [lockLeadership('x', locks), lockLeadership('x', locks)];
    a.start();
    b.start();
    await settled();
    expect([a.leads.getSnapshot(), b.leads.getSnapshot()]).toEqual([true, false]);
    a.stop();
    await settled();
    expect([a.leads.getSnapshot(), b.leads.getSnapshot()]).toEqual([false, true]);
    b.stop();
  });

  it('does not lead after it stopped waiting, and waits anew when started again', async () => {
    const locks = fakeLocks();
    const [a, b] = [lockLeadership('x', locks), lockLeadership('x', locks)];
    a.start();
    b.start();
    b.stop();
    a.stop();
    await settled();
    expect(b.leads.getSnapshot()).toBe(false);
    b.start();
    await settled();
    expect(b.leads.getSnapshot()).toBe(true);
  });

  it('leads where locks are forbidden', async () => {
    const page = lockLeadership('x', { request: () => Promise.reject(new DOMException('no', 'SecurityError')) });
    page.start();
    await settled();
    expect(page.leads.getSnapshot()).toBe(true);
  });
});
