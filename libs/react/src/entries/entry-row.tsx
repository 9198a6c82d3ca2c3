import { memo } from 'react';
import { MessageFrame } from '../message/message-frame.js';
import { MessageRow } from '../message/message-row.js';
import type { Person } from './people.js';
import { PendingRow } from './pending-row.js';
import { RunFooter } from './run-footer.js';
import type { Row } from './rows.js';
import { StreamingMessage } from './streaming-message.js';

export interface EntryRowProps {
  readonly row: Row;
  readonly threadId: string;
  readonly name: string;
  readonly isAgent: boolean;
  readonly isOwn: boolean;
  /** The newest run of the thread, with nothing after it. */
  readonly isLatestRun: boolean;
}

function sameRow(a: Row, b: Row): boolean {
  return (
    a.entry === b.entry && a.startsGroup === b.startsGroup && a.startsDay === b.startsDay && a.authorId === b.authorId
  );
}

/** One entry that somebody wrote. It renders again only if it changed itself. */
export const EntryRow = memo(
  function EntryRow({ row, threadId, name, isAgent, isOwn, isLatestRun }: EntryRowProps) {
    const person: Person = { name, isAgent };
    const { entry } = row;
    switch (entry.kind) {
      case 'message':
        return (
          <MessageRow
            row={row}
            item={entry}
            threadId={threadId}
            person={person}
            isOwn={isOwn}
            isLatestRun={isLatestRun}
          />
        );
      case 'pending':
        return <PendingRow row={row} item={entry.item} person={person} />;
      case 'live':
        return <StreamingMessage run={entry.run} threadId={threadId} name={name} />;
      case 'run':
        return (
          <MessageFrame row={row} person={{ name, isAgent: true }} isOwn={false} state={entry.outcome} seq={entry.seq}>
            {entry.outcome !== 'completed' && (
              <RunFooter
                threadId={threadId}
                runId={entry.runId}
                outcome={entry.outcome}
                reason={entry.error?.message ?? null}
                hasText={false}
                isLatest={isLatestRun}
              />
            )}
          </MessageFrame>
        );
      case 'unsupported':
        return (
          <MessageFrame row={row} person={person} isOwn={isOwn} state="unsupported" seq={entry.seq}>
            <p className="hf-message__unsupported">This entry needs a newer version of this page.</p>
          </MessageFrame>
        );
      case 'notice':
        return null;
    }
  },
  (before, after) =>
    sameRow(before.row, after.row) &&
    before.name === after.name &&
    before.isAgent === after.isAgent &&
    before.isOwn === after.isOwn &&
    before.isLatestRun === after.isLatestRun &&
    before.threadId === after.threadId,
);
