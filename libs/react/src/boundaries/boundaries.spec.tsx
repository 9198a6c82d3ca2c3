import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { act, type ReactNode } from 'react';
import type { Root } from 'react-dom/client';
import { openPage } from '../../test/dom.js';
import { Ladder } from '../ladder/ladder.js';
import { LadderContext } from '../ladder/ladder-context.js';
import { usePlainThread } from '../hooks/use-plain-thread.js';
import { AppBoundary } from './app-boundary.js';
import { Boundary } from './boundary.js';
import { ChatBoundary } from './chat-boundary.js';
import { MessageBoundary } from './message-boundary.js';
import { ReportContext } from './report-button.js';
import { rootErrorHandlers, type RenderFault } from './root-error-handlers.js';
import { ThreadBoundary } from './thread-boundary.js';

const nothing = (): void => undefined;

describe('the boundaries', () => {
  let page: ReturnType<typeof openPage>;
  let root: Root;
  let reports: RenderFault[];
  let ladder: Ladder;
  /** What throws, by name; the error is made anew each time. */
  let faults: Map<string, () => Error>;

  beforeEach(async () => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] });
    page = openPage();
    reports = [];
    faults = new Map();
    ladder = new Ladder({ now: () => Date.now(), after: () => nothing }, () => 0.5);
    const { createRoot: create } = await import('react-dom/client');
    root = create(
      page.root,
      rootErrorHandlers((fault) => reports.push(fault)),
    );
  });
  afterEach(async () => {
    act(() => {
      root.unmount();
    });
    jest.useRealTimers();
    await page.close();
  });

  function Part({ name, children }: { readonly name: string; readonly children?: ReactNode }) {
    const fault = faults.get(name);
    if (fault !== undefined) throw fault();
    return (
      <div>
        [{name}]{children}
      </div>
    );
  }

  function List({ ids }: { readonly ids: readonly string[] }) {
    const plain = usePlainThread('t1', ids.length);
    return (
      <Part name={plain ? 'plain list' : 'list'}>
        {ids.map((id) => (
          <MessageBoundary key={id} id={id} threadId="t1" text={`words of ${id}`} revision={1}>
            {plain ? `plain ${id}` : <Part name={id} />}
          </MessageBoundary>
        ))}
      </Part>
    );
  }

  function Page({ ids = ['m1', 'm2'] }: { readonly ids?: readonly string[] }) {
    return (
      <LadderContext value={ladder}>
        <AppBoundary>
          <Part name="around" />
          <ChatBoundary userId="u1" onRebuild={nothing} onExport={nothing}>
            <Part name="chat">
              <ThreadBoundary threadId="t1" revision={1} onRefetch={nothing} transcript={() => ['line one']}>
                <List ids={ids} />
              </ThreadBoundary>
              <Part name="composer" />
            </Part>
          </ChatBoundary>
        </AppBoundary>
      </LadderContext>
    );
  }

  const draw = (ids?: readonly string[]): void => {
    act(() => {
      root.render(ids === undefined ? <Page /> : <Page ids={ids} />);
    });
  };
  const wait = (ms: number): void => {
    act(() => {
      jest.advanceTimersByTime(ms);
    });
  };
  const shown = (): string => page.root.textContent;
  const fallbacks = (): string[] =>
    [...page.root.querySelectorAll('[data-testid$="-fallback"]')].map((node) => node.getAttribute('data-testid') ?? '');
  const press = (label: string): void => {
    act(() => {
      [...page.root.querySelectorAll('button')].find(({ textContent }) => textContent === label)?.click();
    });
  };

  it('contain a message: its words stay, its neighbours and the composer work, and it comes back by itself', () => {
    faults.set('m1', () => new Error('formatting'));
    draw();
    expect(fallbacks()).toEqual(['message-fallback']);
    expect(shown()).toContain('words of m1');
    expect(shown()).toContain('[m2]');
    expect(shown()).toContain('[composer]');
    faults.clear();
    wait(500);
    expect(fallbacks()).toEqual([]);
    expect(shown()).toContain('[m1]');
  });

  it('try a message twice, then wait for a person', () => {
    faults.set('m1', () => new Error('formatting'));
    draw();
    wait(500);
    wait(2_000);
    faults.clear();
    wait(600_000);
    expect(fallbacks()).toEqual(['message-fallback']);
    press('Try again');
    expect(fallbacks()).toEqual([]);
  });

  it('contain a thread: the composer beside it works', () => {
    faults.set('list', () => new Error('list'));
    draw();
    expect(fallbacks()).toEqual(['thread-fallback']);
    expect(shown()).toContain('line one');
    expect(shown()).toContain('[composer]');
    faults.clear();
    wait(1_000);
    expect(fallbacks()).toEqual([]);
  });

  it('climb: the third failure of the thread is the chat’s, and the third of the chat the page’s', () => {
    let time = 0;
    faults.set('list', () => {
      time += 1;
      const error = new Error('list');
      error.stack = `Error\n    at place${String(time)} (app.js:1:1)`;
      return error;
    });
    draw();
    const climbed = [fallbacks()];
    for (let step = 0; step < 40 && fallbacks()[0] !== 'app-fallback'; step += 1) {
      wait(8_000);
      const now = fallbacks();
      if (climbed.at(-1)?.[0] !== now[0]) climbed.push(now);
    }
    expect(climbed[0]).toEqual(['thread-fallback']);
    expect(climbed[1]).toEqual(['chat-fallback']);
    expect(climbed.at(-1)).toEqual(['app-fallback']);
    expect(shown()).not.toContain('[around]');
  });

  it('draw a thread as plain text when too many of its messages fail, and take it as a whole when even that fails', () => {
    const ids = Array.from({ length: 20 }, (_, index) => `m${String(index)}`);
    for (const id of ids.slice(0, 5)) faults.set(id, () => new TypeError(id));
    draw(ids);
    expect(shown()).toContain('plain m19');
    expect(fallbacks()).toEqual(ids.slice(0, 5).map(() => 'message-fallback'));
    faults.set('plain list', () => new TypeError('even plain'));
    draw([...ids, 'm20']);
    expect(fallbacks()).toEqual(['thread-fallback']);
  });

  it('report every fault once, with its level and never the words of an escalation', () => {
    faults.set('m1', () => new TypeError('m1'));
    faults.set('composer', () => new TypeError('composer'));
    draw();
    expect(reports.map(({ level, scope, error }) => [level, scope, (error as Error).message])).toEqual([
      ['chat', 'u1', 'composer'],
    ]);
    faults.delete('composer');
    press('Try again');
    expect(reports.at(-1)).toMatchObject({ level: 'message', scope: 'm1', recovered: false });
    expect(reports).toHaveLength(2);
  });

  it.each(['message', 'thread', 'chat', 'app'] as const)('let a person report a fault of the %s', (level) => {
    const asked: string[] = [];
    faults.set({ message: 'm1', thread: 'list', chat: 'chat', app: 'around' }[level], () => new TypeError(level));
    act(() => {
      root.render(
        <ReportContext
          value={(fault) => {
            asked.push(`${fault.level}:${(fault.error as Error).message}`);
            return 'known:by:this';
          }}
        >
          <Page />
        </ReportContext>,
      );
    });
    expect(asked).toEqual([]);
    press('Report');
    expect(asked).toEqual([`${level}:${level}`]);
    expect(shown()).toContain('Reported');
    expect(page.root.querySelector('[role="status"]')?.textContent).toBe('Reference known:by:this');
  });

  it('offer no report where nobody takes it', () => {
    faults.set('m1', () => new TypeError('m1'));
    draw();
    expect(fallbacks()).toEqual(['message-fallback']);
    expect(shown()).not.toContain('Report');
  });

  it('survive a fallback that throws itself', () => {
    const broken = (): never => {
      throw new Error('fallback');
    };
    faults.set('inside', () => new Error('first'));
    act(() => {
      root.render(
        <LadderContext value={ladder}>
          <AppBoundary>
            <Part name="around" />
            <Boundary level="message" scope="x" fallback={broken}>
              <Part name="inside" />
            </Boundary>
          </AppBoundary>
        </LadderContext>,
      );
    });
    expect(shown()).toContain('[around]');
    expect(shown()).toContain('Reload the page to go on');
    expect(reports.map(({ error }) => (error as Error).message)).toEqual(expect.arrayContaining(['first', 'fallback']));
    expect(reports).toHaveLength(2);
  });

  it('try again when what failed has changed', () => {
    faults.set('m1', () => new TypeError('m1'));
    const message = (revision: number) => (
      <LadderContext value={ladder}>
        <MessageBoundary id="m1" threadId="t1" text="words" revision={revision}>
          <Part name="m1" />
        </MessageBoundary>
      </LadderContext>
    );
    act(() => {
      root.render(message(1));
    });
    expect(fallbacks()).toEqual(['message-fallback']);
    faults.clear();
    act(() => {
      root.render(message(2));
    });
    expect(shown()).toContain('[m1]');
  });
});
