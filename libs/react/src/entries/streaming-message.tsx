import { viewText, type RunStream } from '@holdfast/client';
import { LoaderCircle } from 'lucide-react';
import { MessageBoundary } from '../boundaries/message-boundary.js';
import { useNow } from '../hooks/use-now.js';
import { formatDuration } from '../text/format.js';
import { MessageFrame } from '../message/message-frame.js';
import { MessageParts } from '../message/message-parts.js';
import { useHoldfast } from '../provider.js';
import type { Row } from './rows.js';
import { runActivity } from './run-activity.js';

export interface StreamingMessageProps {
  readonly run: RunStream;
  readonly threadId: string;
  /** The agent's. */
  readonly name: string;
}

/** An answer being written: one line of what it does, then its text. */
export function StreamingMessage({ run, threadId, name }: StreamingMessageProps) {
  const { parts } = run;
  const entry = { kind: 'live', key: run.runId, run } as const;
  const row: Row = { entry, authorId: run.agentId, at: null, startsGroup: true, startsDay: false };
  const person = { name, isAgent: true };
  return (
    <MessageFrame row={row} person={person} isOwn={false} activity={<RunLine run={run} />} state={run.status}>
      {run.resets > 0 && (
        <p className="hf-message__reset">Started again after an interruption. The earlier text was replaced.</p>
      )}
      {run.resets === 0 && run.attempt > 1 && (
        <p className="hf-message__resumed" data-testid="resumed">
          Went on after an interruption
        </p>
      )}
      {parts.length > 0 && (
        <div className="hf-message__body">
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
    <span className="hf-run-line" data-testid="run-line">
      <LoaderCircle className="hf-spin" size={13} aria-hidden />
      {runActivity(run)}
      {elapsed !== null && elapsed >= 1_000 && <span aria-hidden>· {formatDuration(elapsed)}</span>}
    </span>
  );
}
