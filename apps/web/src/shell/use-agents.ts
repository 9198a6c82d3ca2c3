import { useHoldfast } from '@holdfast/react';
import { useEffect, useState } from 'react';

type Agents = Awaited<ReturnType<ReturnType<typeof useHoldfast>['api']['agents']>>;

/** A question that failed is put again after this, ms. */
const RETRY_MS = 3_000;

/** The agents a thread may have; null until they are known. */
export function useAgents(): Agents | null {
  const { api, connection } = useHoldfast();
  const [agents, setAgents] = useState<Agents | null>(null);
  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = (): void => {
      clearTimeout(timer);
      if (gone || connection.getSnapshot().status !== 'live') return;
      api.agents().then(
        (found) => {
          if (!gone) setAgents(found);
        },
        () => {
          if (!gone) timer = setTimeout(load, RETRY_MS);
        },
      );
    };
    load();
    const unsubscribe = connection.subscribe(load);
    return () => {
      gone = true;
      clearTimeout(timer);
      unsubscribe();
    };
  }, [api, connection]);
  return agents;
}
