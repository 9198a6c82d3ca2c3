import { createWriteStream, existsSync, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';

const LARGEST_BYTES = 16 * 1_024 * 1_024;

interface Open {
  readonly stream: WriteStream;
  bytes: number;
}

/** One log file per process; at 16 MiB it becomes `<name>.1.log` and a new one starts, so that logs stay bounded. */
export class LogFiles {
  private readonly open = new Map<string, Open>();

  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  append(name: string, line: string): void {
    const file = this.open.get(name) ?? this.create(name);
    file.stream.write(`${line}\n`);
    file.bytes += Buffer.byteLength(line) + 1;
    if (file.bytes < LARGEST_BYTES) return;
    file.stream.end();
    this.open.delete(name);
    renameSync(this.path(name), join(this.folder, `${name}.1.log`));
  }

  close(): void {
    for (const { stream } of this.open.values()) stream.end();
    this.open.clear();
  }

  private create(name: string): Open {
    const path = this.path(name);
    const bytes = existsSync(path) ? statSync(path).size : 0;
    const stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
    // A full disk must not end the stack.
    stream.on('error', () => undefined);
    const file = { stream, bytes };
    this.open.set(name, file);
    return file;
  }

  private path(name: string): string {
    return join(this.folder, `${name}.log`);
  }
}
