import { Check, LoaderCircle, Wrench, X } from 'lucide-react';

interface ToolCardProps {
  readonly tool: string;
  readonly args: unknown;
  /** Absent while the tool works. */
  readonly result?: { readonly ok: boolean; readonly value: unknown };
  /** The run goes on, so that a result may still come. */
  readonly isLive: boolean;
}

function pretty(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** One use of a tool: its name and how it went; the rest on request. */
export function ToolCard({ tool, args, result, isLive }: ToolCardProps) {
  const state = result === undefined ? (isLive ? 'running' : 'no result') : result.ok ? 'done' : 'failed';
  return (
    <details className="hf-tool" data-testid="tool-card" data-state={state}>
      <summary>
        <Wrench size={14} aria-hidden />
        <span className="hf-tool__name">{tool}</span>
        <span className="hf-tool__state">
          {state === 'running' && <LoaderCircle className="hf-spin" size={14} aria-hidden />}
          {state === 'done' && <Check size={14} aria-hidden />}
          {state === 'failed' && <X size={14} aria-hidden />}
          {state}
        </span>
      </summary>
      <div className="hf-tool__body">
        <h4>Asked with</h4>
        <pre tabIndex={0}>{pretty(args)}</pre>
        {result !== undefined && (
          <>
            <h4>{result.ok ? 'Answered' : 'Failed with'}</h4>
            <pre tabIndex={0}>{pretty(result.value)}</pre>
          </>
        )}
      </div>
    </details>
  );
}
