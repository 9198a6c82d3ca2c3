import { toAppError, viewText, type MessageItem } from '@holdfast/client';
import { useHoldfast } from '../provider.js';
import { Check, Copy, Pencil, RotateCcw, Trash2 } from 'lucide-react';
import { useState } from 'react';

interface MessageToolsProps {
  readonly threadId: string;
  readonly item: MessageItem;
  readonly isOwn: boolean;
  /** The newest answer, which may be asked for again. */
  readonly mayRegenerate: boolean;
  readonly onEdit: () => void;
  readonly onFault: (words: string) => void;
}

/** What can be done with a message; shown when it is pointed at or focused. */
export function MessageTools({ threadId, item, isOwn, mayRegenerate, onEdit, onFault }: MessageToolsProps) {
  const client = useHoldfast();
  const [isCopied, setCopied] = useState(false);
  const [isSure, setSure] = useState(false);
  const tell = (error: unknown): void => {
    onFault(`That did not work: ${toAppError(error).message}.`);
  };

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(viewText(item.parts ?? []));
      setCopied(true);
    } catch {
      onFault('The browser does not allow copying here. Select the text instead.');
    }
  }

  return (
    <div
      className="hf-message__tools"
      onMouseLeave={() => {
        setCopied(false);
        setSure(false);
      }}
    >
      <button type="button" className="hf-icon-button" title="Copy" aria-label="Copy" onClick={() => void copy()}>
        {isCopied ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
      </button>
      {mayRegenerate && item.runId !== null && (
        <button
          type="button"
          className="hf-icon-button"
          title="Answer again"
          aria-label="Answer again"
          data-testid="regenerate"
          onClick={() => {
            client.retryRun(threadId, item.runId ?? '', 'regenerate').catch(tell);
          }}
        >
          <RotateCcw size={15} aria-hidden />
        </button>
      )}
      {isOwn && (
        <>
          <button
            type="button"
            className="hf-icon-button"
            title="Edit"
            aria-label="Edit"
            data-testid="edit"
            onClick={onEdit}
          >
            <Pencil size={15} aria-hidden />
          </button>
          <button
            type="button"
            className={isSure ? 'hf-button hf-button--small hf-button--danger' : 'hf-icon-button'}
            title="Delete for everyone"
            aria-label="Delete for everyone"
            data-testid="delete"
            onClick={() => {
              if (isSure) client.deleteMessage({ threadId, ...item }).catch(tell);
              else setSure(true);
            }}
          >
            {isSure ? 'Delete for everyone' : <Trash2 size={15} aria-hidden />}
          </button>
        </>
      )}
    </div>
  );
}
