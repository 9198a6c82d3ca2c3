import { EventEmitter } from 'node:events';

/** A process that is sent signals by a test and lives on after its exits. */
export class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];

  exit(code: number): void {
    this.exits.push(code);
  }
}
