import type { OpenSloProblem } from '../problem.js';
import type { AnyDocument, DocumentOf, Kind } from './schema.js';
import type { Path, YamlSource } from './yaml-source.js';

export interface Entry<K extends Kind = Kind> {
  readonly document: DocumentOf<K>;
  readonly source: YamlSource;
}

/** The documents of a text by kind and name. */
export class NamedDocuments {
  private readonly entries = new Map<string, Entry>();

  /** A problem if the name is taken. */
  add(document: AnyDocument, source: YamlSource): OpenSloProblem | undefined {
    const key = keyOf(document.kind, document.metadata.name);
    if (this.entries.has(key)) return source.problem('duplicate_name', ['metadata', 'name']);
    this.entries.set(key, { document, source });
    return undefined;
  }

  of<K extends Kind>(kind: K): Entry<K>[] {
    return [...this.entries.values()].filter((entry): entry is Entry<K> => entry.document.kind === kind);
  }

  find<K extends Kind>(kind: K, name: string): Entry<K> | undefined {
    return this.of(kind).find(({ document }) => document.metadata.name === name);
  }

  /** A problem if what is referred to is missing. */
  missing(kind: Kind, name: string, at: { readonly source: YamlSource; readonly path: Path }): OpenSloProblem[] {
    if (this.entries.has(keyOf(kind, name))) return [];
    return [at.source.problem('unknown_reference', at.path, `${kind} ${name}`)];
  }
}

function keyOf(kind: Kind, name: string): string {
  return `${kind}/${name}`;
}
