import { viewText, type RunStream } from '@holdfast/client';
import { MessageBoundary, useHoldfast, useNow } from '@holdfast/react';
import { LoaderCircle } from 'lucide-react';
import { formatDuration } from '../parts/format.js';
import type { Person } from '../shell/people.js';
import { MessageFrame } from './message-frame.js';
import { MessageParts } from './message-parts.js';
import type { Row } from './rows.js';
import { runActivity } from './run-activity.js';

interface LiveRowProps {
  readonly row: Row;
  readonly run: RunStream;
  readonly threadId: string;
  readonly person: Person;
}

/** An answer being written: one line of what it does, then its text. */
export function LiveRow({ row, run, threadId, person }: LiveRowProps) {
  const { parts } = run;
  return (
    <MessageFrame row={row} person={person} isOwn={false} activity={<RunLine run={run} />} state={run.status}>
      {run.resets > 0 && (
        <p className="message__reset">Started again after an interruption. The earlier text was replaced.</p>
      )}
      {parts.length > 0 && (
        <div className="message__body">
          <MessageBoundary id={run.runId} threadId={threadId} text={viewText(parts)} revision={run.attempt}>
            <MessageParts parts={parts} isLive />
          </MessageBoundary>
        </div>
      )}
    </MessageFrame>
  );
}

function RunLine({ run }: { run: RunStream }) {
  const { connection } = useHoldfast();
  // The tick renders this again; the time itself is the server's.
  useNow(1_000);
  const elapsed = run.startedAt === null ? null : connection.serverNow() - run.startedAt;
  return (
    <span className="run-line" data-testid="run-line">
      <LoaderCircle className="spin" size={13} aria-hidden />
      {runActivity(run)}
      {elapsed !== null && elapsed >= 1_000 && <span aria-hidden>· {formatDuration(elapsed)}</span>}
    </span>
  );
}
