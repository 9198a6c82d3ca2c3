import { Api, RestClient } from '@holdfast/client';
import type { Account } from './account-storage.js';

function apiWith(token: string | null): Api {
  return new Api(
    new RestClient({ url: () => '', token: () => Promise.resolve(token), fetch: (input, init) => fetch(input, init) }),
  );
}

type GuestAnswer = Awaited<ReturnType<Api['guest']>>;

function accountOf({ token, expiresAt, tenant, user }: GuestAnswer): Account {
  return { tenant, userId: user.id, name: user.name, token, expiresAt };
}

/** Becomes a guest of this name. Rejects with an `AppError`. */
export async function becomeGuest(name: string): Promise<Account> {
  return accountOf(await apiWith(null).guest(name));
}

/** A fresh token for the same guest. Rejects with an `AppError`, for instance when the old one has ended. */
export async function renewGuest(account: Account): Promise<Account> {
  return accountOf(await apiWith(account.token).renewGuest());
}
