import { AppError, CEILINGS, partsLength, type Part } from '@holdfast/contracts';
import { PartNormalizer } from './part-normalizer.js';
import type { LiveRun } from './live-run.js';
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

/** Units of JSON of all tool calls and results of one answer: whoever follows it is given all of it at once. */
const MAX_CARD_UNITS = 1_048_576;

/** Bounds what one answer may grow to; its message has to fit into the log. */
class Allowance {
  private parts = 0;
  private cardUnits = 0;

  constructor(
    private readonly output: RunOutput,
    prefix: readonly Part[],
  ) {
    this.count(prefix);
  }

  /** @throws AppError if the answer would grow beyond its bounds by these parts */
  check(parts: readonly Part[]): void {
    this.count(parts);
    const fits =
      this.output.total + partsLength(parts) <= CEILINGS.textUnits - 1_024 &&
      this.parts < CEILINGS.partsPerAgentMessage - 2 &&
      this.cardUnits <= MAX_CARD_UNITS;
    if (!fits) throw new AppError('agent_failed', 'The answer became too long and was stopped.');
  }

  private count(parts: readonly Part[]): void {
    for (const part of parts) {
      if (part.type === 'text') continue;
      this.parts += 2;
      this.cardUnits += JSON.stringify(part).length;
    }
  }
}

/**
 * Moves an agent's stream into the output of `run` until it ends; each part waits for room. Throws what the agent throws,
 * or the reason why the run has to stop; what came before is in the output then.
 */
export async function produce(
  stream: AsyncIterable<Part>,
  { output, signal, claim }: Pick<LiveRun, 'output' | 'signal' | 'claim'>,
): Promise<void> {
  const iterator = stream[Symbol.asyncIterator]();
  const normalizer = new PartNormalizer();
  const allowance = new Allowance(output, claim.prefix);
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
