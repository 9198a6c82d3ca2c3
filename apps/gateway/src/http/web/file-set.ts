import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** Content types of what a web build contains; other files are sent as bytes. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** Below this size compression gains nothing, in bytes. */
const MIN_COMPRESSED = 1_024;

/** A file as it is sent. */
export interface ServedFile {
  readonly type: string;
  readonly etag: string;
  readonly body: Buffer;
  /** The same compressed; absent where that gains nothing. */
  readonly gzip: Buffer | undefined;
}

function isText(type: string): boolean {
  return /^text\/|json|svg/.test(type);
}

async function load(path: string): Promise<ServedFile> {
  const body = await readFile(path);
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  const compressed = isText(type) && body.length >= MIN_COMPRESSED ? await compress(body) : undefined;
  return { type, etag, body, gzip: compressed };
}

/**
 * A folder of files that do not change while the process runs. The names are listed once, so that no request can reach a
 * path that was not there at boot; a file is read when it is first asked for, and kept.
 */
export class FileSet {
  private readonly loaded = new Map<string, Promise<ServedFile>>();

  private constructor(
    private readonly root: string,
    /** Paths relative to the root, with slashes. */
    readonly names: readonly string[],
  ) {}

  /** Lists the files under `root`, those whose name begins with a dot left out. */
  static async of(root: string): Promise<FileSet> {
    const entries = await readdir(root, { withFileTypes: true, recursive: true });
    const names = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep))
      .filter((parts) => !parts.some((part) => part.startsWith('.')))
      .map((parts) => parts.join('/'));
    return new FileSet(root, names);
  }

  /** One of {@link names}. */
  get(name: string): Promise<ServedFile> {
    const known = this.loaded.get(name);
    if (known !== undefined) return known;
    const file = load(join(this.root, name));
    this.loaded.set(name, file);
    // A file that could not be read is tried again with the next request.
    file.catch(() => this.loaded.delete(name));
    return file;
  }
}
