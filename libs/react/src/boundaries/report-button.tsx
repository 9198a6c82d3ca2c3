import { fingerprint } from '@holdfast/client';
import { createContext, use, useState } from 'react';
import type { Level } from '../ladder/levels.js';
import type { RenderFault } from './root-error-handlers.js';

/**
 * Brings a fault to the server when a person asks for it, and returns the reference under which it is known there; one
 * that was reported already keeps its reference. Absent = fallbacks offer no report.
 */
export type ReportFault = (fault: Pick<RenderFault, 'error' | 'level' | 'fingerprint'>) => string;

/** Goes outside of every boundary. */
export const ReportContext = createContext<ReportFault | null>(null);

export function ReportButton({ error, level }: { readonly error: unknown; readonly level: Level }) {
  const report = use(ReportContext);
  const [reference, setReference] = useState<string | null>(null);
  if (report === null) return null;
  return (
    <>
      <button
        type="button"
        // Stays where the focus is; disabled it would lose it.
        aria-disabled={reference !== null}
        onClick={() => {
          if (reference === null) setReference(report({ error, level, fingerprint: fingerprint(error, level) }));
        }}
      >
        {reference === null ? 'Report' : 'Reported'}
      </button>
      <span role="status" className="hf-fallback__id">
        {reference !== null && `Reference ${reference}`}
      </span>
    </>
  );
}
