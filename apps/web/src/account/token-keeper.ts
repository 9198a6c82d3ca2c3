import { toAppError, type TokenProvider } from '@holdfast/client';
import { saveAccount, type Account } from './account-storage.js';
import { renewGuest } from './guest-api.js';

/** Renewed ahead of its end, so that a page that is open for days stays signed in. */
const AHEAD_MS = 120_000;

/** Gives the account's token and renews it in time. One renewal runs at a time. */
export function tokenKeeper(initial: Account): TokenProvider {
  let account = initial;
  let renewal: Promise<string | null> | null = null;

  async function renew(): Promise<string | null> {
    try {
      account = await renewGuest(account);
      saveAccount(account);
      return account.token;
    } catch (fault) {
      const { code } = toAppError(fault);
      if (code === 'unauthenticated' || code === 'forbidden') return null;
      throw fault;
    } finally {
      renewal = null;
    }
  }

  return (purpose) => {
    const endsSoon = Date.parse(account.expiresAt) - Date.now() < AHEAD_MS;
    if (purpose === 'connect' && !endsSoon) return Promise.resolve(account.token);
    renewal ??= renew();
    // A token that ends soon still works: only a refused one needs the renewal to succeed.
    return purpose === 'connect'
      ? renewal.then(
          (token) => token ?? account.token,
          () => account.token,
        )
      : renewal;
  };
}
