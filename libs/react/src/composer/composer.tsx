import { bodyBytes, toAppError, type RunStream } from '@holdfast/client';
import { ArrowUp, Square } from 'lucide-react';
import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useServerInfo } from '../hooks/use-connection.js';
import { useDraft } from '../hooks/use-draft.js';
import { useReadable } from '../hooks/use-readable.js';
import { useHoldfast } from '../provider.js';
import { useTyping } from './use-typing.js';

export interface ComposerProps {
  readonly threadId: string;
}

/** The size is told from this share of the limit on. */
const NEAR_LIMIT = 0.8;

/** More than spaces and what has no shape of its own. */
const VISIBLE = /[^\s\p{Cc}\p{Cf}]/u;

function kib(bytes: number): string {
  return String(Math.round(bytes / 102.4) / 10);
}

/** Indentation is part of what was written; blank lines around it are not. */
function cleaned(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd();
}

/** On touch keyboards Enter is the only way to a new line. */
function hasTouchKeyboard(): boolean {
  return matchMedia('(hover: none) and (pointer: coarse)').matches;
}

/** The run that Stop ends: the one that works, else the one that waits. */
function stoppable(runs: ReadonlyMap<string, RunStream>): RunStream | null {
  const live = [...runs.values()].filter(({ status }) => status !== 'ended');
  return live.find(({ status }) => status === 'running') ?? live[0] ?? null;
}

/** Where messages are written. What was typed is kept per thread, whatever happens. */
export function Composer({ threadId }: ComposerProps) {
  const client = useHoldfast();
  const run = stoppable(useReadable(client.threads.get(threadId)).runs);
  const [draft, setDraft] = useDraft(threadId);
  const limit = useServerInfo()?.limits.bodyBytes ?? null;
  const field = useRef<HTMLTextAreaElement>(null);
  const typing = useTyping(threadId);
  const [fault, setFault] = useState<string | null>(null);
  const [stopping, setStopping] = useState<string | null>(null);

  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${String(element.scrollHeight)}px`;
  }, [draft]);

  const text = cleaned(draft);
  const bytes = bodyBytes({ parts: [{ type: 'text', text }] });
  const isTooLong = limit !== null && bytes > limit;
  const canSend = VISIBLE.test(text) && !isTooLong;

  function send(): void {
    if (!canSend) return;
    typing.end();
    try {
      client.send(threadId, text);
    } catch (error) {
      setFault(`Not sent: ${toAppError(error).message}.`);
      return;
    }
    setFault(null);
    setDraft('');
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || hasTouchKeyboard()) return;
    event.preventDefault();
    send();
  }

  async function stop(runId: string): Promise<void> {
    setStopping(runId);
    setFault(null);
    // The button goes away with the run: the next thing is to write.
    field.current?.focus();
    await client.cancelRun(runId).catch((error: unknown) => {
      setFault(`Could not stop: ${toAppError(error).message}.`);
      setStopping(null);
    });
  }

  return (
    <div className="hf hf-composer">
      <div className="hf-composer__box">
        <textarea
          ref={field}
          className="hf-composer__text"
          data-testid="composer"
          aria-label="Message"
          placeholder="Write a message"
          dir="auto"
          rows={1}
          value={draft}
          autoFocus={!hasTouchKeyboard()}
          onKeyDown={onKeyDown}
          onBlur={typing.end}
          onChange={(event) => {
            setDraft(event.target.value);
            typing.touch(event.target.value);
          }}
        />
        {run !== null && (
          <button
            type="button"
            className="hf-button hf-composer__stop"
            data-testid="stop"
            disabled={stopping === run.runId}
            onClick={() => void stop(run.runId)}
          >
            <Square size={13} fill="currentColor" aria-hidden />
            {stopping === run.runId ? 'Stopping' : 'Stop'}
          </button>
        )}
        <button
          type="button"
          className="hf-composer__send"
          data-testid="send"
          aria-label="Send"
          title="Send"
          disabled={!canSend}
          onClick={send}
        >
          <ArrowUp size={18} aria-hidden />
        </button>
      </div>
      <p className="hf-composer__hint" data-testid="composer-hint" role="status">
        {isTooLong && (
          <span className="hf-error">
            The message is too long ({kib(bytes)} of {kib(limit)} KiB). Shorten it to send.
          </span>
        )}
        {!isTooLong && limit !== null && bytes > limit * NEAR_LIMIT && `${kib(bytes)} of ${kib(limit)} KiB`}
        {fault !== null && <span className="hf-error">{fault}</span>}
      </p>
    </div>
  );
}
