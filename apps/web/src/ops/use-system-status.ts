import { toAppError } from '@holdfast/client';
import { useHoldfast } from '@holdfast/react';
import { useEffect, useState } from 'react';

export type SystemStatus = Awaited<ReturnType<ReturnType<typeof useHoldfast>['api']['systemStatus']>>;

interface StatusUse {
  /** The last state that was told; null before the first. */
  readonly status: SystemStatus | null;
  /** Why the last question failed; null = it did not. */
  readonly fault: string | null;
  /** When {@link StatusUse.status} was told, ms since the Unix epoch. */
  readonly checkedAt: number | null;
}

const EVERY_MS = 5_000;

/** The running instances, asked for every 5 s while the page is visible. */
export function useSystemStatus(): StatusUse {
  const { api } = useHoldfast();
  const [use, setUse] = useState<StatusUse>({ status: null, fault: null, checkedAt: null });
  useEffect(() => {
    let gone = false;
    const ask = (): void => {
      if (document.visibilityState !== 'visible') return;
      api.systemStatus().then(
        (status) => {
          if (!gone) setUse({ status, fault: null, checkedAt: Date.now() });
        },
        (error: unknown) => {
          if (!gone) setUse((before) => ({ ...before, fault: toAppError(error).message }));
        },
      );
    };
    ask();
    const timer = setInterval(ask, EVERY_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [api]);
  return use;
}
