/** The part of `sessionStorage` that is needed. */
export interface PageMemory {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const KEY = 'holdfast.reloads';
const RELOADS = 3;
const WINDOW_MS = 120_000;

/**
 * Takes note of a reload that a fallback caused, and tells whether so many followed each other that the page should come
 * up in safe mode: plain, and without reloading itself.
 */
export function noteReload(memory: PageMemory, now: number): void {
  try {
    memory.setItem(KEY, JSON.stringify([...reloads(memory, now), now].slice(-RELOADS)));
  } catch {
    // Without storage there is no safe mode; a person still decides about each reload.
  }
}

/** True if this page was reloaded so often by its fallbacks that it is drawn as plainly as it can. */
export function pageIsSafe(): boolean {
  try {
    return isSafeMode(sessionStorage, Date.now());
  } catch {
    // Even naming the storage may be forbidden.
    return false;
  }
}

export function isSafeMode(memory: PageMemory, now: number): boolean {
  return reloads(memory, now).length >= RELOADS;
}

function reloads(memory: PageMemory, now: number): number[] {
  try {
    const value: unknown = JSON.parse(memory.getItem(KEY) ?? '[]');
    if (!Array.isArray(value)) return [];
    return value.filter((at): at is number => typeof at === 'number' && now - at < WINDOW_MS && at <= now);
  } catch {
    return [];
  }
}
