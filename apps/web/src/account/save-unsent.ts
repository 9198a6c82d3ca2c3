import { indexedDbOutboxStorage, type OutboxItem } from '@holdfast/client';
import { saveTextFile, unsentText } from '@holdfast/react';
import { deviceTexts } from './device-texts.js';
import { loadAccount, scopeOf } from './account-storage.js';

async function unsent(scope: string): Promise<readonly OutboxItem[]> {
  try {
    return await indexedDbOutboxStorage({ scope, journal: deviceTexts }).load();
  } catch {
    return [];
  }
}

/** Offers a text file of what this person wrote and the server does not have. It needs nothing but the device's storage. */
export async function saveUnsent(): Promise<void> {
  const account = loadAccount();
  if (account === null) return;
  const items = await unsent(scopeOf(account));
  const drafts = Object.entries(localStorage)
    .filter(([key]) => key.startsWith(`holdfast.draft.${scopeOf(account)}.`))
    .map(([key, text]) => `Draft in thread ${key.split('.').at(-1) ?? ''}\n\n${String(text)}\n`);
  saveTextFile('unsent-messages.txt', unsentText(items, drafts));
}
