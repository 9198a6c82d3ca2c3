import type { HoldfastClient } from '@holdfast/client';
import { useMemo } from 'react';
import { useHoldfast } from '../provider.js';

interface Typing {
  readonly touch: (text: string) => void;
  readonly end: () => void;
}

/** The others are told this often, ms; the server forgets it somewhat later. */
const EVERY_MS = 3_000;

function typingTeller(client: HoldfastClient, threadId: string): Typing {
  let toldAt = 0;
  const end = (): void => {
    if (toldAt === 0) return;
    toldAt = 0;
    client.setTyping(threadId, false);
  };
  const touch = (text: string): void => {
    if (text === '') {
      end();
    } else if (Date.now() - toldAt > EVERY_MS) {
      toldAt = Date.now();
      client.setTyping(threadId, true);
    }
  };
  return { touch, end };
}

/** Tells the others that one is typing, sparingly. */
export function useTyping(threadId: string): Typing {
  const client = useHoldfast();
  return useMemo(() => typingTeller(client, threadId), [client, threadId]);
}
