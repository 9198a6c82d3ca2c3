import { viewText, type MessageItem } from '@holdfast/client';
import { MessageBoundary } from '@holdfast/react';
import { useState } from 'react';
import type { Person } from '../shell/people.js';
import { MessageEditor } from './message-editor.js';
import { MessageFrame } from './message-frame.js';
import { MessageParts } from './message-parts.js';
import { MessageState } from './message-state.js';
import { MessageTools } from './message-tools.js';
import { RunFooter } from './run-footer.js';
import type { Row } from './rows.js';

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
  const { parts, outcome, runId } = item;
  const text = viewText(parts ?? []);
  const state = parts === null ? 'deleted' : (outcome ?? 'sent');
  return (
    <MessageFrame row={row} person={person} isOwn={isOwn} state={state} seq={item.seq}>
      {parts === null && <p className="message__gone">This message was deleted.</p>}
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
        <div className="message__line">
          <div className="message__body">
            <MessageBoundary
              id={item.id}
              threadId={threadId}
              text={text}
              revision={`${String(item.revision)}:${String(text.length)}`}
            >
              <MessageParts parts={parts} />
            </MessageBoundary>
          </div>
          {item.revision > 0 && <span className="message__edited">edited</span>}
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
        <p className="notice-error" role="alert">
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
