const UNSTORABLE = /\u0000|\p{Surrogate}/gu;

/** `value` as JSON that Postgres takes: NUL and lone surrogates become U+FFFD. */
export function storableJson(value: unknown): string {
  const mend = (text: string): string => text.replace(UNSTORABLE, '\uFFFD');
  return JSON.stringify(value, (_key, entry: unknown) => {
    if (typeof entry === 'string') return mend(entry);
    if (typeof entry === 'bigint') return entry.toString();
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return entry;
    return Object.fromEntries(Object.entries(entry).map(([key, each]) => [mend(key), each as unknown]));
  });
}
