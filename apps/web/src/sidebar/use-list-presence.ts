import { useConnection, useHoldfast } from '@holdfast/react';
import { useEffect, useState } from 'react';

const EVERY_MS = 30_000;
/** The threads at the top are asked about, one after the other: a long list must not become a crowd of commands. */
const MAX_THREADS = 12;

/** How many others of a thread are connected now, by thread; asked for while the page is seen. */
export function useListPresence(threads: readonly { readonly id: string }[]): ReadonlyMap<string, number> {
  const client = useHoldfast();
  const isLive = useConnection().status === 'live';
  const [others, setOthers] = useState<ReadonlyMap<string, number>>(new Map());
  // The same threads in another order are no reason to ask again.
  const asked = threads
    .slice(0, MAX_THREADS)
    .map(({ id }) => id)
    .sort()
    .join(' ');
  useEffect(() => {
    if (!isLive || asked === '') return undefined;
    let gone = false;
    let isAsking = false;
    const { userId } = client.identity;
    const ask = async (): Promise<void> => {
      if (isAsking || document.visibilityState === 'hidden') return;
      isAsking = true;
      const found = new Map<string, number>();
      for (const id of asked.split(' ')) {
        if (gone) break;
        // The list works without it.
        const online = await client.presence(id).catch(() => []);
        found.set(id, online.filter((user) => user !== userId).length);
      }
      isAsking = false;
      if (!gone) setOthers(found);
    };
    const askNow = (): void => void ask();
    askNow();
    const timer = setInterval(askNow, EVERY_MS);
    document.addEventListener('visibilitychange', askNow);
    return () => {
      gone = true;
      clearInterval(timer);
      document.removeEventListener('visibilitychange', askNow);
    };
  }, [client, isLive, asked]);
  return isLive ? others : NOBODY;
}

const NOBODY: ReadonlyMap<string, number> = new Map();
