import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Problem } from './terminal.mjs';

const NAMED = /\b(import|export)( type)? \{([^}]*)\} from ['"]@holdfast\/([\w-]+)['"];/g;
const INLINE = /import\(['"]@holdfast\/([\w-]+)['"]\)\.(\w+)/g;
const REEXPORT = /export (?:type )?\{([^}]*)\} from '(\.[^']+)';/g;
const SPECIFIER = /(?:\bfrom |\bimport |\bimport\()['"]([^'"]+)['"]/g;

const listOf = (names) =>
  names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/**
 * Copies what one library needs of the others, as tsc wrote it, and has it import by relative paths: one package without
 * packages of ours. Names are taken from the file that defines them, not from the library's index, so that what nobody
 * uses stays behind.
 */
export class InlineLibs {
  #origins = new Map();

  /** `from` and `to` are folders of `<lib>/src`. */
  constructor(from, to) {
    this.from = from;
    this.to = to;
  }

  /** Copies `entry` (without extension) and all that it reaches; @returns the packages that the copy imports. */
  copy(entry) {
    const packages = new Set();
    const files = [`${entry}.js`, `${entry}.d.ts`];
    for (const file of files) {
      const text = this.#rewrite(file, readFileSync(join(this.from, file), 'utf8'));
      mkdirSync(dirname(join(this.to, file)), { recursive: true });
      writeFileSync(join(this.to, file), text);
      for (const [, specifier] of text.matchAll(SPECIFIER)) {
        if (specifier.startsWith('.')) {
          const target = join(dirname(file), specifier);
          const next = file.endsWith('.d.ts') ? target.replace(/\.js$/, '.d.ts') : target;
          if (!files.includes(next)) files.push(next);
        } else if (!specifier.startsWith('node:')) {
          packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(specifier)[0]);
        }
      }
    }
    return [...packages].sort();
  }

  #rewrite(file, text) {
    const path = (lib, name) => {
      const found = relative(dirname(file), this.#origin(lib, name));
      return found.startsWith('.') ? found : `./${found}`;
    };
    const rewritten = text
      .replace(NAMED, (_all, keyword, type = '', names, lib) =>
        listOf(names)
          .map((name) => {
            const [plain] = name.replace(/^type /, '').split(' as ');
            return `${keyword}${type} { ${name} } from '${path(lib, plain)}';`;
          })
          .join('\n'),
      )
      .replace(INLINE, (_all, lib, name) => `import('${path(lib, name)}').${name}`);
    if (/['"]@holdfast\//.test(rewritten))
      throw new Problem(`${file} imports a library in a way that cannot be inlined`);
    return rewritten;
  }

  /** The file that the index of `lib` takes `name` from, or the index. */
  #origin(lib, name) {
    let origins = this.#origins.get(lib);
    if (origins === undefined) {
      const index = readFileSync(join(this.from, lib, 'src/index.d.ts'), 'utf8');
      const entries = [...index.matchAll(REEXPORT)].flatMap(([, names, path]) =>
        listOf(names).map((found) => [found.replace(/^type /, ''), join(lib, 'src', path)]),
      );
      origins = new Map(entries);
      this.#origins.set(lib, origins);
    }
    return origins.get(name) ?? `${lib}/src/index.js`;
  }
}
