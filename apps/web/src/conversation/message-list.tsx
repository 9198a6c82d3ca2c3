import type { ConversationEntry, ThreadState } from '@holdfast/client';
import { useHoldfast, useNow, usePlainThread } from '@holdfast/react';
import { ArrowDown } from 'lucide-react';
import { Fragment, useEffect, useLayoutEffect, useMemo } from 'react';
import { formatDay } from '../parts/format.js';
import type { People } from '../shell/people.js';
import { Announcer } from './announcer.js';
import { EntryRow } from './entry-row.js';
import { NoticeRow } from './notice-row.js';
import { PlainContext } from './plain-context.js';
import { conversationRows } from './rows.js';
import { useFollow } from './use-follow.js';
import { useJump } from './use-jump.js';
import { useReadMark } from './use-read-mark.js';

interface MessageListProps {
  readonly thread: ThreadState;
  readonly entries: readonly ConversationEntry[];
  readonly people: People;
  /** The message to show first. */
  readonly seq: number | null;
}

/** Older messages are fetched when the reader is this close to the first one, px. */
const AHEAD_PX = 600;

/** The newest run's id, if nothing was said after it: only that one may be asked again. */
function latestRun(entries: readonly ConversationEntry[]): string | null {
  const last = entries.findLast(({ kind }) => kind !== 'notice');
  if (last?.kind === 'run') return last.runId;
  return last?.kind === 'message' ? last.runId : null;
}

/** The conversation in order, growing downwards. */
export function MessageList({ thread, entries, people, seq }: MessageListProps) {
  const client = useHoldfast();
  const selfId = client.identity.userId;
  const now = useNow(60_000);
  const rows = useMemo(() => conversationRows(entries, selfId), [entries, selfId]);
  const { scroller, content, isAtEnd, toEnd, onScroll } = useFollow(entries[0]?.key);
  useJump(thread, seq, content);
  useReadMark(thread, isAtEnd);
  const isPlain = usePlainThread(thread.threadId, rows.length);
  const latest = latestRun(entries);
  const { base } = thread.log;

  // One's own words are always shown.
  const ownKey = entries.findLast(({ kind }) => kind === 'pending')?.key;
  useLayoutEffect(() => {
    if (ownKey !== undefined) toEnd();
  }, [ownKey, toEnd]);

  const older = (): void => {
    const view = scroller.current;
    if (view !== null && base > 0 && view.scrollTop < AHEAD_PX) void client.threads.get(thread.threadId).loadOlder();
  };
  useEffect(older);

  return (
    <div className="log">
      <div
        className="log__scroller"
        ref={scroller}
        role="log"
        aria-label="Messages"
        aria-live="off"
        tabIndex={0}
        data-testid="log"
        onScroll={() => {
          onScroll();
          older();
        }}
      >
        <div className="log__content" ref={content}>
          <p className="log__older">
            {base > 0 && thread.loadingOlder && 'Loading older messages'}
            {base === 0 && thread.access === 'open' && 'This is the beginning.'}
          </p>
          {isPlain && <p className="log__older">Shown as plain text: several messages could not be formatted.</p>}
          <PlainContext value={isPlain}>
            {rows.map((row) => {
              const { entry } = row;
              const runId = entry.kind === 'message' || entry.kind === 'run' ? entry.runId : null;
              const { name, isAgent } = people(row.authorId);
              return (
                <Fragment key={entry.key}>
                  {row.startsDay && row.at !== null && (
                    <h3 className="log__day">
                      <span>{formatDay(row.at, now)}</span>
                    </h3>
                  )}
                  {entry.kind === 'notice' ? (
                    <NoticeRow item={entry} people={people} selfId={selfId} />
                  ) : (
                    <EntryRow
                      row={row}
                      threadId={thread.threadId}
                      name={name}
                      isAgent={isAgent}
                      isOwn={row.authorId === selfId}
                      isLatestRun={runId !== null && runId === latest}
                    />
                  )}
                </Fragment>
              );
            })}
          </PlainContext>
        </div>
      </div>
      {!isAtEnd && (
        <button type="button" className="button log__latest" onClick={toEnd}>
          <ArrowDown size={16} aria-hidden />
          Latest
        </button>
      )}
      <Announcer entries={entries} people={people} selfId={selfId} />
    </div>
  );
}
