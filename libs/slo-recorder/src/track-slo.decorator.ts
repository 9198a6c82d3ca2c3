import { isObservable, Observable } from 'rxjs';
import { currentRecorder } from './current-recorder.js';
import type { Dims, Slot, SloRecorder, Timing } from './slo-recorder.js';

export interface TrackOptions {
  /** From the call to its good end, in ms; later is bad. */
  readonly deadlineMs: number;
  /** What ends a stream's measurement: its first item, or its completion (default). Of no meaning for other results. */
  readonly mode?: 'first' | 'complete';
  /** Whether what was thrown is a failure of ours; by default everything is. False excludes the call. */
  readonly isError?: (error: unknown) => boolean;
  /** Whether a result that came is no part of the SLO. */
  readonly exclude?: (result: unknown) => boolean;
  readonly dims?: Dims;
}

type Method = (this: unknown, ...args: never[]) => unknown;

/**
 * Measures a method against an SLO: sync, Promise, Observable (per subscription; an unsubscription excludes it) or
 * AsyncIterable (per iteration; an early return excludes it). `this`, name, length, metadata and results stay as they are,
 * and measuring never throws. Without a recorder in the process the method runs as it is.
 */
export function TrackSlo(slo: string, options: TrackOptions): MethodDecorator {
  return (_target, _key, descriptor) => {
    const { value } = descriptor;
    if (typeof value !== 'function') return;
    const original = value as unknown as Method;
    const { deadlineMs, dims, exclude } = options;
    // A recorder keeps a series' counter for as long as it lives: looked up once, not with each call.
    let counted: { readonly recorder: SloRecorder; readonly slot: Slot } | undefined;
    const tracked = function (this: unknown, ...args: never[]): unknown {
      const recorder = currentRecorder();
      if (recorder === undefined) return original.apply(this, args);
      // Once a call: the global is a getter.
      const clock = performance;
      const startedAt = clock.now();
      let result: unknown;
      try {
        result = original.apply(this, args);
      } catch (error) {
        judgeError(recorder.time(slo, deadlineMs, { dims, startedAt }), error, options);
        throw error;
      }
      // Nothing can look at a deadline while a call blocks the process, so that a plain result is judged as it comes.
      if ((typeof result !== 'object' || result === null) && exclude === undefined) {
        if (counted?.recorder !== recorder) counted = { recorder, slot: recorder.slot(slo, dims) };
        if (clock.now() - startedAt < deadlineMs) counted.slot.good += 1;
        else counted.slot.bad += 1;
        return result;
      }
      return follow(result, {
        begin: (at) => recorder.time(slo, deadlineMs, { dims, startedAt: at }),
        startedAt,
        options,
      });
    };
    preserve(original, tracked);
    descriptor.value = tracked as typeof descriptor.value & Method;
  };
}

interface Call {
  /** Begins to time what began at the moment of a clock that never goes back, in ms. */
  readonly begin: (startedAt: number) => Timing;
  /** When the method was called. Subscriptions and iterations begin later. */
  readonly startedAt: number;
  readonly options: TrackOptions;
}

function follow(result: unknown, call: Call): unknown {
  const { begin, startedAt, options } = call;
  if (isPromise(result)) {
    const timing = begin(startedAt);
    result.then(
      (value) => {
        judgeResult(timing, value, options);
      },
      (error: unknown) => {
        judgeError(timing, error, options);
      },
    );
    return result;
  }
  if (isObservable(result)) return trackObservable(result, call);
  if (isAsyncIterable(result)) return trackIterable(result, call);
  judgeResult(begin(startedAt), result, options);
  return result;
}

function trackObservable(source: Observable<unknown>, { begin, options }: Call): Observable<unknown> {
  return new Observable((subscriber) => {
    const timing = begin(performance.now());
    const subscription = source.subscribe({
      next: (value) => {
        if (options.mode === 'first') judgeResult(timing, value, options);
        subscriber.next(value);
      },
      error: (error: unknown) => {
        judgeError(timing, error, options);
        subscriber.error(error);
      },
      complete: () => {
        timing.good();
        subscriber.complete();
      },
    });
    return () => {
      timing.exclude();
      subscription.unsubscribe();
    };
  });
}

/** The same object, so that whatever else it can do stays; only its iterations are watched. */
function trackIterable(source: AsyncIterable<unknown>, { begin, options }: Call): AsyncIterable<unknown> {
  return new Proxy(source, {
    get(target, key) {
      if (key === Symbol.asyncIterator)
        return () => trackIterator(target[Symbol.asyncIterator](), begin(performance.now()), options);
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => (value as (...args: unknown[]) => unknown).apply(target, args);
    },
  });
}

function trackIterator(
  iterator: AsyncIterator<unknown>,
  timing: Timing,
  options: TrackOptions,
): AsyncIterator<unknown> {
  return {
    async next(...args) {
      try {
        const step = await iterator.next(...args);
        if (step.done === true) timing.good();
        else if (options.mode === 'first') judgeResult(timing, step.value, options);
        return step;
      } catch (error) {
        judgeError(timing, error, options);
        throw error;
      }
    },
    async return(value?: unknown) {
      timing.exclude();
      return (await iterator.return?.(value)) ?? { done: true, value };
    },
    async throw(error) {
      judgeError(timing, error, options);
      if (iterator.throw === undefined) throw error;
      return iterator.throw(error);
    },
  };
}

function judgeResult(timing: Timing, result: unknown, { exclude }: TrackOptions): void {
  if (exclude === undefined) timing.good();
  else if (safely(() => exclude(result), false)) timing.exclude();
  else timing.good();
}

function judgeError(timing: Timing, error: unknown, { isError }: TrackOptions): void {
  if (isError === undefined || safely(() => isError(error), true)) timing.bad();
  else timing.exclude();
}

function safely(decide: () => boolean, otherwise: boolean): boolean {
  try {
    return decide();
  } catch {
    return otherwise;
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Guards, interceptors and routes of Nest are metadata of the function itself. */
function preserve(original: Method, tracked: Method): void {
  for (const property of ['name', 'length'] as const) {
    Object.defineProperty(tracked, property, { value: original[property], configurable: true });
  }
  for (const key of Reflect.getMetadataKeys(original) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, original), tracked);
  }
}
