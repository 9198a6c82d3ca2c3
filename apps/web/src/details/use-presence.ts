import type { ThreadState } from '@holdfast/client';
import { useConnection, useHoldfast } from '@holdfast/react';
import { useEffect, useState } from 'react';

const EVERY_MS = 10_000;

/** Members that are connected now, asked for while the list is shown. */
export function usePresence(threadId: string, members: ThreadState['members']): ReadonlySet<string> {
  const client = useHoldfast();
  const isLive = useConnection().status === 'live';
  const [online, setOnline] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    if (!isLive) return undefined;
    let gone = false;
    const ask = (): void => {
      client.presence(threadId).then(
        (users) => {
          if (!gone) setOnline(new Set(users));
        },
        // The list works without it.
        () => undefined,
      );
    };
    ask();
    const timer = setInterval(ask, EVERY_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [client, threadId, isLive, members]);
  return online;
}
