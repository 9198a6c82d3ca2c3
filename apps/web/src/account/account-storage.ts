/** A signed-in person, as kept on this device. */
export interface Account {
  readonly tenant: string;
  readonly userId: string;
  readonly name: string;
  readonly token: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

const CURRENT = 'holdfast.account';

function keyOf(account: Account): string {
  return `${CURRENT}.${scopeOf(account)}`;
}

/** Under what a person's own things are kept on this device. */
export function scopeOf({ tenant, userId }: Pick<Account, 'tenant' | 'userId'>): string {
  return `${tenant}.${userId}`;
}

/** Storage may be forbidden or full: the account then lives as long as the page. */
function attempt<T>(work: () => T, fallback: T): T {
  try {
    return work();
  } catch {
    return fallback;
  }
}

function isAccount(value: unknown): value is Account {
  const fields: readonly (keyof Account)[] = ['tenant', 'userId', 'name', 'token', 'expiresAt'];
  return (
    typeof value === 'object' &&
    value !== null &&
    fields.every((field) => typeof (value as Record<string, unknown>)[field] === 'string')
  );
}

export function loadAccount(): Account | null {
  return attempt(() => {
    const key = localStorage.getItem(CURRENT);
    const value: unknown = key === null ? null : JSON.parse(localStorage.getItem(key) ?? 'null');
    return isAccount(value) ? value : null;
  }, null);
}

/** Calls back when another page of this browser signed in or out. Returns how to stop listening. */
export function watchAccount(listener: () => void): () => void {
  const onStorage = ({ key }: StorageEvent): void => {
    // Null: everything was cleared.
    if (key === CURRENT || key === null) listener();
  };
  addEventListener('storage', onStorage);
  return () => {
    removeEventListener('storage', onStorage);
  };
}

export function saveAccount(account: Account): void {
  attempt(() => {
    localStorage.setItem(keyOf(account), JSON.stringify(account));
    localStorage.setItem(CURRENT, keyOf(account));
  }, undefined);
}

export function dropAccount(account: Account): void {
  attempt(() => {
    localStorage.removeItem(keyOf(account));
    localStorage.removeItem(CURRENT);
  }, undefined);
}
