import { useHoldfast } from '@holdfast/react';
import { useEffect, useState } from 'react';

type Agents = Awaited<ReturnType<ReturnType<typeof useHoldfast>['api']['agents']>>;

/** The agents a thread may have; empty until they are known. */
export function useAgents(): Agents {
  const { api, connection } = useHoldfast();
  const [agents, setAgents] = useState<Agents>([]);
  useEffect(() => {
    let gone = false;
    const load = (): void => {
      if (gone || connection.getSnapshot().status !== 'live') return;
      api.agents().then(
        (found) => {
          if (!gone) setAgents(found);
        },
        // Asked again with the next connection; until then agents go by "the assistant".
        () => undefined,
      );
    };
    load();
    const unsubscribe = connection.subscribe(load);
    return () => {
      gone = true;
      unsubscribe();
    };
  }, [api, connection]);
  return agents;
}
