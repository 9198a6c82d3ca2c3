import { viewText, type MessageItem } from '@holdfast/client';
import { useContext, useEffect, useState } from 'react';
import { MessageBoundary } from '../boundaries/message-boundary.js';
import type { Person } from '../entries/people.js';
import type { Row } from '../entries/rows.js';
import { RunFooter } from '../entries/run-footer.js';
import { MessageEditor } from './message-editor.js';
import { MessageFrame } from './message-frame.js';
import { MessageParts } from './message-parts.js';
import { MessageState } from './message-state.js';
import { MessageTools } from './message-tools.js';
import { PinContext } from './pin-context.js';

interface MessageRowProps {
  readonly row: Row;
  readonly item: MessageItem;
  readonly threadId: string;
  readonly person: Person;
  readonly isOwn: boolean;
  readonly isLatestRun: boolean;
}

/** A message of the log. */
export function MessageRow({ row, item, threadId, person, isOwn, isLatestRun }: MessageRowProps) {
  const [isEditing, setEditing] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const pin = useContext(PinContext);
  // What is typed into the editor would go away with the row.
  useEffect(() => {
    pin(item.key, isEditing);
  }, [pin, item.key, isEditing]);
  const { parts, outcome, runId } = item;
  const text = viewText(parts ?? []);
  const state = parts === null ? 'deleted' : (outcome ?? 'sent');
  return (
    <MessageFrame row={row} person={person} isOwn={isOwn} state={state} seq={item.seq}>
      {parts === null && <p className="hf-message__gone">This message was deleted.</p>}
      {parts !== null && isEditing && (
        <MessageEditor
          threadId={threadId}
          item={item}
          onDone={() => {
            setEditing(false);
          }}
        />
      )}
      {parts !== null && !isEditing && (
        <div className="hf-message__line">
          <div className="hf-message__body">
            <MessageBoundary
              id={item.id}
              threadId={threadId}
              text={text}
              revision={`${String(item.revision)}:${String(text.length)}`}
            >
              <MessageParts parts={parts} />
            </MessageBoundary>
          </div>
          {item.revision > 0 && <span className="hf-message__edited">edited</span>}
          {isOwn && <MessageState status="sent" />}
          <MessageTools
            threadId={threadId}
            item={item}
            isOwn={isOwn && runId === null}
            mayRegenerate={isLatestRun && outcome === 'completed'}
            onFault={setFault}
            onEdit={() => {
              setEditing(true);
            }}
          />
        </div>
      )}
      {fault !== null && (
        <p className="hf-error" role="alert">
          {fault}
        </p>
      )}
      {runId !== null && parts !== null && (outcome === 'failed' || outcome === 'cancelled') && (
        <RunFooter
          threadId={threadId}
          runId={runId}
          outcome={outcome}
          reason={item.error?.message ?? null}
          hasText={text !== ''}
          isLatest={isLatestRun}
        />
      )}
    </MessageFrame>
  );
}
