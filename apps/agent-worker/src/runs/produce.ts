import { AppError, CEILINGS, type Part } from '@holdfast/contracts';
import { PartNormalizer } from './part-normalizer.js';
import type { RunOutput } from './run-output.js';

/** The next item, or the reason of `signal` as soon as it fires: an agent that ignores its signal holds nobody. */
async function nextOf(iterator: AsyncIterator<Part>, signal: AbortSignal): Promise<IteratorResult<Part>> {
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([iterator.next(), aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}

/** Bounds what one answer may grow to; its message has to fit into the log. */
class Allowance {
  private parts = 0;

  constructor(private readonly output: RunOutput) {}

  check(parts: readonly Part[]): void {
    this.parts += parts.filter(({ type }) => type !== 'text').length * 2;
    if (this.output.total < CEILINGS.textUnits - 1_024 && this.parts < CEILINGS.partsPerAgentMessage - 2) return;
    throw new AppError('agent_failed', 'The answer became too long and was stopped.');
  }
}

/**
 * Moves an agent's stream into `output` until it ends; each part waits for room. Throws what the agent throws, or the
 * reason of `signal`; what came before is in `output` then.
 */
export async function produce(stream: AsyncIterable<Part>, output: RunOutput, signal: AbortSignal): Promise<void> {
  const iterator = stream[Symbol.asyncIterator]();
  const normalizer = new PartNormalizer();
  const allowance = new Allowance(output);
  try {
    for (;;) {
      const item = await nextOf(iterator, signal);
      if (item.done === true) break;
      const parts = normalizer.push(item.value);
      allowance.check(parts);
      await output.write(parts, signal);
    }
  } finally {
    // Not awaited: it may hang in the agent's own await.
    iterator.return?.().catch(() => undefined);
    if (!signal.aborted) await output.write(normalizer.flush(), signal);
  }
}
