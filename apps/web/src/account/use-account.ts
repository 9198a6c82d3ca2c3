import { browserTabs, HoldfastClient, indexedDbOutboxStorage, indexedDbThreadCache } from '@holdfast/client';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { dropAccount, loadAccount, saveAccount, scopeOf, watchAccount, type Account } from './account-storage.js';
import { deviceTexts } from './device-texts.js';
import { reporter } from '../errors.js';
import { panelControl } from '../panel/injection.js';
import { tokenKeeper } from './token-keeper.js';

interface AccountUse {
  /** Null while nobody is signed in. */
  readonly client: HoldfastClient | null;
  /** Why the person has to sign in again. */
  readonly notice: string | null;
  readonly signIn: (account: Account) => void;
  readonly signOut: () => void;
}

function makeClient(account: Account): HoldfastClient {
  const { tenant, userId } = account;
  const scope = scopeOf(account);
  const panel = panelControl();
  const client = new HoldfastClient({
    identity: { tenant, userId },
    token: tokenKeeper(account),
    draftStorage: deviceTexts,
    outboxStorage: indexedDbOutboxStorage({ scope, journal: deviceTexts }),
    cache: indexedDbThreadCache(scope),
    ...(panel === null ? { tabs: browserTabs(scope) } : panel.clientOptions()),
    reporter,
  });
  panel?.onClient(client);
  return client;
}

/** Who uses the page, and their client. */
export function useAccount(): AccountUse {
  const [account, setAccount] = useState(loadAccount);
  const [notice, setNotice] = useState<string | null>(null);
  const client = useMemo(() => (account === null ? null : makeClient(account)), [account]);

  const leave = useCallback(
    (why: string | null) => {
      if (account !== null) dropAccount(account);
      void client?.forget().catch(() => undefined);
      setNotice(why);
      setAccount(null);
    },
    [account, client],
  );

  useEffect(() => {
    if (client === null) return undefined;
    return client.connection.subscribe(() => {
      const state = client.connection.getSnapshot();
      if (state.status !== 'halted' || state.code === 'unsupported_protocol') return;
      leave(state.code === 'erased' ? 'This account was erased.' : 'Your session has ended. Choose a name to go on.');
    });
  }, [client, leave]);

  // Signing out is meant for the browser, not for one of its pages.
  useEffect(
    () =>
      watchAccount(() => {
        const next = loadAccount();
        const isSame = next !== null && account !== null && scopeOf(next) === scopeOf(account);
        if (isSame || next === account) return;
        void client?.forget().catch(() => undefined);
        setNotice(next === null ? 'You signed out in another tab.' : null);
        setAccount(next);
      }),
    [account, client],
  );

  const signIn = useCallback((next: Account) => {
    saveAccount(next);
    setNotice(null);
    setAccount(next);
  }, []);
  const signOut = useCallback(() => {
    leave(null);
  }, [leave]);
  return { client, notice, signIn, signOut };
}
