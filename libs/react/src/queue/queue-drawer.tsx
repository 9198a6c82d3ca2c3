import type { OutboxItem } from '@holdfast/client';
import { Download, X } from 'lucide-react';
import { useEffect, useId, useRef } from 'react';
import { useOutbox } from '../hooks/use-outbox.js';
import { count } from '../text/format.js';
import { QueueItem } from './queue-item.js';
import { saveTextFile, unsentText } from './unsent-file.js';

export interface QueueDrawerProps {
  readonly onClose: () => void;
  /** Names a thread; absent = threads are not named. */
  readonly threadTitle?: (threadId: string) => string | undefined;
}

function isUnsent({ state }: OutboxItem): boolean {
  return state.status !== 'sent';
}

/** What was written and did not arrive, of all threads: to edit, send, delete or save as a file. */
export function QueueDrawer({ onClose, threadTitle }: QueueDrawerProps) {
  const items = useOutbox().filter(isUnsent);
  const title = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  return (
    <section
      className="hf hf-queue"
      aria-labelledby={title}
      data-testid="queue"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onClose();
      }}
    >
      <header className="hf-queue__head">
        <h2 id={title} ref={heading} tabIndex={-1}>
          {items.length === 0 ? 'Everything was sent' : `${count(items.length, 'message')} not sent yet`}
        </h2>
        {items.length > 0 && (
          <button
            type="button"
            className="hf-button hf-button--small hf-button--quiet"
            aria-label="Save as a file"
            title="Save as a file"
            onClick={() => {
              saveTextFile('unsent-messages.txt', unsentText(items));
            }}
          >
            <Download size={14} aria-hidden />
            <span className="hf-queue__save">Save as a file</span>
          </button>
        )}
        <button type="button" className="hf-icon-button" aria-label="Close" onClick={onClose}>
          <X size={16} aria-hidden />
        </button>
      </header>
      <ul className="hf-queue__items">
        {items.map((item) => (
          <QueueItem
            key={`${item.threadId}:${String(item.createdAt)}`}
            item={item}
            title={threadTitle?.(item.threadId)}
          />
        ))}
      </ul>
    </section>
  );
}
