import { toAppError, viewText, type MessageItem } from '@holdfast/client';
import { useHoldfast } from '../provider.js';
import { useState, type KeyboardEvent } from 'react';

interface MessageEditorProps {
  readonly threadId: string;
  readonly item: MessageItem;
  readonly onDone: () => void;
}

/** Changes the words of an own message in place. What was typed stays until it is saved or given up. */
export function MessageEditor({ threadId, item, onDone }: MessageEditorProps) {
  const client = useHoldfast();
  const [text, setText] = useState(() => viewText(item.parts ?? []));
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);

  async function save(): Promise<void> {
    if (text.trim() === '' || busy) return;
    setBusy(true);
    setFault(null);
    try {
      await client.editMessage({ threadId, ...item }, text);
      onDone();
    } catch (error) {
      const { code, message } = toAppError(error);
      setFault(
        code === 'conflict'
          ? 'It was changed elsewhere meanwhile. Copy your words and edit again.'
          : `Could not save: ${message}.`,
      );
      setBusy(false);
    }
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') onDone();
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      void save();
    }
  }

  return (
    <div className="hf-editor">
      <textarea
        className="hf-input hf-editor__text"
        aria-label="Edit the message"
        data-testid="edit-text"
        dir="auto"
        rows={Math.min(10, text.split('\n').length + 1)}
        value={text}
        autoFocus
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setText(event.target.value);
        }}
      />
      <div className="hf-run-footer__actions">
        <button
          type="button"
          className="hf-button hf-button--small hf-button--primary"
          disabled={busy || text.trim() === ''}
          onClick={() => void save()}
        >
          Save
        </button>
        <button type="button" className="hf-button hf-button--small" onClick={onDone}>
          Cancel
        </button>
      </div>
      {fault !== null && (
        <p className="hf-error" role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}
