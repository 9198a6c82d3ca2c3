import type { Statement, Tx } from '@holdfast/database';

const LOCK: Statement = {
  name: 'delivery_key_lock',
  text: `select pg_advisory_xact_lock(hashtextextended($1, 7405128002))`,
};

/**
 * Makes the caller the only one that adds or revives notices of this key until its transaction ends. So their ids are in
 * the order in which they become visible, and what a resolve depends on stays true.
 */
export async function lockKey(tx: Tx, dedupKey: string): Promise<void> {
  await tx.query(LOCK, [dedupKey]);
}
