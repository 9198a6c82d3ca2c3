import type { ConversationEntry, ThreadState } from '@holdfast/client';
import { ArrowDown } from 'lucide-react';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { EntryRow } from '../entries/entry-row.js';
import { NoticeRow } from '../entries/notice-row.js';
import { peopleOf, type People } from '../entries/people.js';
import type { Row } from '../entries/rows.js';
import { useConversation } from '../hooks/use-conversation.js';
import { useNow } from '../hooks/use-now.js';
import { usePlainThread } from '../hooks/use-plain-thread.js';
import { PinContext } from '../message/pin-context.js';
import { PlainContext } from '../message/plain-context.js';
import { useHoldfast } from '../provider.js';
import { formatDay } from '../text/format.js';
import { Announcer } from './announcer.js';
import { ListItems } from './list-items.js';
import { useFollow } from './use-follow.js';
import { useJump } from './use-jump.js';
import { useKeptRows } from './use-kept-rows.js';
import { useMessageKeys } from './use-message-keys.js';
import { useReadMark } from './use-read-mark.js';
import { useRows } from './use-rows.js';

export interface MessageListProps {
  readonly thread: ThreadState;
  /** Tells names; absent = the members'. */
  readonly people?: People;
  /** Seq of the message to show first; absent = the newest. */
  readonly seq?: number | null;
}

/** Older messages are fetched when the reader is this close to the first one, px. */
const AHEAD_PX = 600;
/** Rows are drawn this far out of view, px. */
const BUFFER_PX = 800;
/** Height of what stands above the first row: `.hf-list__older` and the padding, px. */
const HEAD_PX = 40;

/** The newest run's id, if nothing was said after it: only that one may be asked again. */
function latestRun(entries: readonly ConversationEntry[]): string | null {
  const last = entries.findLast(({ kind }) => kind !== 'notice');
  if (last?.kind === 'run') return last.runId;
  return last?.kind === 'message' ? last.runId : null;
}

function headWords({ log, loadingOlder, access }: ThreadState, isPlain: boolean): string {
  if (isPlain) return 'Shown as plain text: several messages could not be formatted.';
  if (log.base > 0) return loadingOlder ? 'Loading older messages' : '';
  return access === 'open' ? 'This is the beginning.' : '';
}

/**
 * A conversation in order, growing downwards. Only what is near the view is in the document, so that ten thousand messages
 * cost what fifty do.
 */
export function MessageList({ thread, people: given, seq = null }: MessageListProps) {
  const client = useHoldfast();
  const selfId = client.identity.userId;
  const now = useNow(60_000);
  const entries = useConversation(thread);
  const { rows, shift } = useRows(thread, entries, selfId);
  const { scroller, content, isAtEnd, toEnd, leaveEnd, onScroll, onResize } = useFollow(rows.at(-1)?.entry.key);
  const list = useRef<VirtualizerHandle>(null);
  const { indexes, pin, active, setActive, onFocus, onBlur } = useKeptRows(rows);
  const own = useMemo(() => peopleOf(thread, []), [thread]);
  const people = given ?? own;
  useJump({ thread, seq, rows, list, content, leaveEnd });
  useReadMark(thread, isAtEnd);
  const onKeyDown = useMessageKeys({ rows, active, setActive, list, content, leaveEnd, toEnd });
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

  function draw(row: Row) {
    const { entry } = row;
    const runId = entry.kind === 'message' || entry.kind === 'run' ? entry.runId : null;
    const { name, isAgent } = people(row.authorId);
    return (
      <div key={entry.key} className="hf-list__row">
        {row.startsDay && row.at !== null && (
          <h3 className="hf-list__day">
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
      </div>
    );
  }

  return (
    <div className="hf hf-list">
      <div
        className="hf-list__scroller"
        ref={scroller}
        role="log"
        aria-label="Messages"
        aria-live="off"
        aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown Alt+Home Alt+End"
        tabIndex={0}
        data-testid="log"
        onFocus={onFocus}
        onBlur={onBlur}
        onKeyDown={onKeyDown}
        onScroll={() => {
          onScroll();
          older();
        }}
      >
        <div className="hf-list__content" ref={content}>
          <p className="hf-list__older">{headWords(thread, isPlain)}</p>
          <PinContext value={pin}>
            <PlainContext value={isPlain}>
              <Virtualizer
                ref={list}
                as={ListItems}
                data={rows}
                scrollRef={scroller}
                shift={shift}
                bufferSize={BUFFER_PX}
                startMargin={HEAD_PX}
                keepMounted={indexes}
                onResize={onResize}
              >
                {draw}
              </Virtualizer>
            </PlainContext>
          </PinContext>
        </div>
      </div>
      {!isAtEnd && (
        <button type="button" className="hf-button hf-list__latest" onClick={toEnd}>
          <ArrowDown size={16} aria-hidden />
          Latest
        </button>
      )}
      <Announcer entries={entries} people={people} selfId={selfId} />
    </div>
  );
}
