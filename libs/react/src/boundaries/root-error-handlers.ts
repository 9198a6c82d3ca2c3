import { fingerprint } from '@holdfast/client';
import type { Level } from '../ladder/levels.js';
import { Boundary } from './boundary.js';
import { Escalation } from './escalation.js';

/** A fault that React met, as a report describes it. */
export interface RenderFault {
  readonly error: unknown;
  /** The boundary that took it; `app` if none did. */
  readonly level: Level;
  readonly scope: string;
  readonly fingerprint: string;
  readonly componentStack: string;
  /** It was drawn after all, at the second try. */
  readonly recovered: boolean;
}

interface Info {
  readonly componentStack?: string | null | undefined;
  readonly errorBoundary?: unknown;
}

/** The part of `RootOptions` that is about faults. */
interface RootErrorHandlers {
  onCaughtError(error: unknown, info: Info): void;
  onUncaughtError(error: unknown, info: Info): void;
  onRecoverableError(error: unknown, info: Info): void;
}

/** Options of `createRoot` that pass on every fault once, with the level of the boundary that took it. */
export function rootErrorHandlers(report: (fault: RenderFault) => void): RootErrorHandlers {
  const pass = (
    raw: unknown,
    stack: string | null | undefined,
    at: Pick<RenderFault, 'level' | 'scope'>,
    recovered = false,
  ): void => {
    const error = raw instanceof Escalation ? raw.cause : raw;
    const { level, scope } = at;
    report({ error, level, scope, fingerprint: fingerprint(error, level), componentStack: stack ?? '', recovered });
  };
  const nowhere = { level: 'app', scope: 'page' } as const;
  return {
    onCaughtError: (error, { componentStack, errorBoundary }) => {
      pass(error, componentStack, errorBoundary instanceof Boundary ? errorBoundary : nowhere);
    },
    onUncaughtError: (error, { componentStack }) => {
      pass(error, componentStack, nowhere);
    },
    onRecoverableError: (error, { componentStack }) => {
      pass(error, componentStack, nowhere, true);
    },
  };
}
