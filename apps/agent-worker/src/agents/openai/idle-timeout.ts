/** Passes `source` on; a gap of more than `ms` between items calls `onIdle`, which should make the source fail. */
export async function* withIdleTimeout<T>(source: AsyncIterable<T>, ms: number, onIdle: () => void): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const timer = setTimeout(onIdle, ms);
      const item = await iterator.next().finally(() => {
        clearTimeout(timer);
      });
      if (item.done === true) return;
      yield item.value;
    }
  } finally {
    await iterator.return?.();
  }
}
