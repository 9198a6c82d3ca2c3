import { toAppError } from '@holdfast/client';
import { useHoldfast } from '../provider.js';
import { RotateCcw, StepForward } from 'lucide-react';
import { useState } from 'react';

interface RunFooterProps {
  readonly threadId: string;
  readonly runId: string;
  readonly outcome: 'failed' | 'cancelled';
  readonly reason: string | null;
  /** There is text to go on from. */
  readonly hasText: boolean;
  /** Nothing came after it, so that it may be asked again. */
  readonly isLatest: boolean;
}

/** How a run ended that did not complete, and what can be done. */
export function RunFooter({ threadId, runId, outcome, reason, hasText, isLatest }: RunFooterProps) {
  const client = useHoldfast();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);

  async function retry(mode: 'continue' | 'regenerate'): Promise<void> {
    setBusy(true);
    setFault(null);
    await client.retryRun(threadId, runId, mode).catch((error: unknown) => {
      setFault(`Could not start: ${toAppError(error).message}.`);
    });
    setBusy(false);
  }

  const words =
    outcome === 'cancelled' ? 'Stopped.' : `The answer was interrupted${reason === null ? '' : `: ${reason}`}.`;
  return (
    <div className="hf-run-footer" data-testid="run-footer" data-outcome={outcome}>
      <p className={outcome === 'failed' ? 'hf-run-footer__failed' : undefined}>{words}</p>
      {isLatest && (
        <div className="hf-run-footer__actions">
          {hasText && (
            <button
              type="button"
              className="hf-button hf-button--small"
              data-testid="continue"
              disabled={busy}
              onClick={() => void retry('continue')}
            >
              <StepForward size={14} aria-hidden />
              Continue
            </button>
          )}
          <button
            type="button"
            className="hf-button hf-button--small"
            data-testid="retry"
            disabled={busy}
            onClick={() => void retry('regenerate')}
          >
            <RotateCcw size={14} aria-hidden />
            {hasText ? 'Start over' : 'Try again'}
          </button>
        </div>
      )}
      {fault !== null && (
        <p className="hf-error" role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}
