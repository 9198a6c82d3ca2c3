import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { lastValueFrom, Observable, of, throwError } from 'rxjs';
import { installRecorder } from './current-recorder.js';
import { SloRecorder } from './slo-recorder.js';
import { TrackSlo } from './track-slo.decorator.js';

class Mine extends Error {}

const Marked =
  (value: string): MethodDecorator =>
  (_target, _key, descriptor) => {
    Reflect.defineMetadata('mark', value, descriptor.value as object);
  };

class Subject {
  readonly name = 'subject';

  @TrackSlo('sync', { deadlineMs: 1_000, isError: (error) => !(error instanceof Mine) })
  sync(what: 'ok' | 'fault' | 'mine'): string {
    if (what === 'fault') throw new Error('fault');
    if (what === 'mine') throw new Mine('mine');
    return this.name;
  }

  @TrackSlo('promise', { deadlineMs: 1_000, exclude: (result) => result === 'left out' })
  @Marked('kept')
  async promise(result: string, ms = 0): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (result === 'fault') throw new Error('fault');
    return result;
  }

  @TrackSlo('observable', { deadlineMs: 1_000 })
  observable(source: Observable<number>): Observable<number> {
    return source;
  }

  @TrackSlo('stream', { deadlineMs: 1_000, mode: 'first' })
  async *stream(gapMs: number): AsyncGenerator<number> {
    yield 1;
    await new Promise((resolve) => setTimeout(resolve, gapMs));
    yield 2;
  }

  @TrackSlo('stream', { deadlineMs: 1_000 })
  async *whole(): AsyncGenerator<number> {
    yield await Promise.resolve(1);
    yield 2;
  }
}

describe('@TrackSlo', () => {
  const subject = new Subject();
  let recorder: SloRecorder;
  let uninstall: () => void;

  beforeEach(() => {
    jest.useFakeTimers();
    recorder = new SloRecorder();
    uninstall = installRecorder(recorder);
  });

  afterEach(() => {
    uninstall();
    jest.useRealTimers();
  });

  function counts(slo: string) {
    recorder.sweep();
    const { good, bad, excluded } = recorder.slot(slo);
    return { good, bad, excluded };
  }

  it('measures what returns and what throws, and keeps `this`', () => {
    expect(subject.sync('ok')).toBe('subject');
    expect(() => subject.sync('fault')).toThrow('fault');
    expect(() => subject.sync('mine')).toThrow(Mine);
    expect(counts('sync')).toEqual({ good: 1, bad: 1, excluded: 1 });
  });

  it('judges a promise at its deadline, once, while it hangs', async () => {
    const slow = subject.promise('late', 5_000);
    await jest.advanceTimersByTimeAsync(1_100);
    expect(counts('promise')).toEqual({ good: 0, bad: 1, excluded: 0 });
    await jest.advanceTimersByTimeAsync(5_000);
    expect(await slow).toBe('late');
    expect(counts('promise')).toEqual({ good: 0, bad: 1, excluded: 0 });
  });

  it('measures promises that end in time, fail, or are no part of it', async () => {
    const calls = Promise.allSettled(['ok', 'left out', 'fault'].map((result) => subject.promise(result)));
    await jest.advanceTimersByTimeAsync(10);
    expect((await calls).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(counts('promise')).toEqual({ good: 1, bad: 1, excluded: 1 });
  });

  it('measures each subscription of an observable; whoever gives up is left out', async () => {
    const source = subject.observable(of(1, 2));
    await lastValueFrom(source);
    await lastValueFrom(source);
    await expect(lastValueFrom(subject.observable(throwError(() => new Error('fault'))))).rejects.toThrow('fault');
    subject
      .observable(new Observable(() => undefined))
      .subscribe()
      .unsubscribe();
    expect(counts('observable')).toEqual({ good: 2, bad: 1, excluded: 1 });
  });

  it('measures iterations up to their first item or to their end', async () => {
    const items: number[] = [];
    const reading = (async () => {
      for await (const item of subject.stream(5_000)) items.push(item);
    })();
    await jest.advanceTimersByTimeAsync(6_000);
    await reading;
    expect(items).toEqual([1, 2]);
    expect(counts('stream')).toMatchObject({ good: 1, bad: 0 });
    for await (const item of subject.whole()) if (item === 1) break;
    expect(counts('stream')).toMatchObject({ good: 1, bad: 0 });
    for await (const item of subject.whole()) items.push(item);
    expect(counts('stream')).toMatchObject({ good: 2, bad: 0 });
  });

  it('keeps name, length and metadata, and runs without a recorder', () => {
    const method = Object.getOwnPropertyDescriptor(Subject.prototype, 'promise')?.value as (
      ...args: unknown[]
    ) => unknown;
    expect([method.name, method.length]).toEqual(['promise', 1]);
    expect(Reflect.getMetadata('mark', method)).toBe('kept');
    uninstall();
    expect(subject.sync('ok')).toBe('subject');
    expect(counts('sync')).toEqual({ good: 0, bad: 0, excluded: 0 });
  });
});
