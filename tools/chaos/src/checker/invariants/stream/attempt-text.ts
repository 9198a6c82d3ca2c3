/** A piece of text that somebody was shown. */
interface Piece {
  readonly off: number;
  readonly text: string;
  readonly entry: number;
}

/** Two showings of one place that differ. */
export interface Mismatch {
  readonly off: number;
  readonly shown: string;
  readonly other: string;
  readonly entries: readonly number[];
}

/** What all observers together were shown of one attempt of one run. */
export class AttemptText {
  /** Everything from 0 on that is known without a hole. */
  #text = '';
  /** Where the parts of `#text` came from, ascending. */
  readonly #sources: { readonly from: number; readonly entry: number }[] = [];
  /** Beyond a hole. */
  #pending: Piece[] = [];
  #end = 0;
  #endEntry: number | undefined;

  /** Length of the longest showing. */
  get end(): number {
    return this.#end;
  }

  /** The entry that showed it. */
  get endEntry(): number | undefined {
    return this.#endEntry;
  }

  /** What is known from the start, without a hole. */
  get text(): string {
    return this.#text;
  }

  /** Takes a showing; answers where it contradicts an earlier one. */
  show(piece: Piece): Mismatch | undefined {
    const end = piece.off + piece.text.length;
    if (end > this.#end || this.#endEntry === undefined) {
      this.#end = Math.max(end, this.#end);
      this.#endEntry = piece.entry;
    }
    return this.#put(piece);
  }

  /** The start of the attempt, as it was inherited; not a showing. */
  inherit(text: string, entry: number): Mismatch | undefined {
    return this.#put({ off: 0, text, entry });
  }

  /** Where it contradicts `truth`, which begins at 0 and is all that is true if `whole`. */
  against(truth: string, whole: boolean, entry: number): Mismatch | undefined {
    const pieces = [{ off: 0, text: this.#text, entry: this.#entryAt(0) }, ...this.#pending];
    for (const { off, text, entry: source } of pieces) {
      const other = truth.slice(off, off + text.length);
      const shown = whole ? text : text.slice(0, other.length);
      if (shown === other) continue;
      const at = firstDifference(shown, other);
      const proof = off === 0 ? this.#entryAt(at) : source;
      return { off: off + at, shown: shown.slice(at), other: other.slice(at), entries: [proof, entry] };
    }
    return undefined;
  }

  #put({ off, text, entry }: Piece): Mismatch | undefined {
    if (off > this.#text.length) {
      const same = this.#pending.find((piece) => piece.off === off && piece.text.length >= text.length);
      if (same === undefined) this.#pending.push({ off, text, entry });
      else if (!same.text.startsWith(text)) {
        return { off, shown: text, other: same.text, entries: [same.entry, entry] };
      }
      return undefined;
    }
    const known = this.#text.slice(off, off + text.length);
    const overlap = text.slice(0, known.length);
    if (known !== overlap) {
      const at = firstDifference(known, overlap);
      const entries = [this.#entryAt(off + at), entry];
      return { off: off + at, shown: overlap.slice(at), other: known.slice(at), entries };
    }
    if (text.length === overlap.length) return undefined;
    this.#sources.push({ from: this.#text.length, entry });
    this.#text += text.slice(overlap.length);
    return this.#absorb();
  }

  /** What lay beyond the hole that was just closed. */
  #absorb(): Mismatch | undefined {
    const reachable = this.#pending.filter(({ off }) => off <= this.#text.length);
    if (reachable.length === 0) return undefined;
    this.#pending = this.#pending.filter(({ off }) => off > this.#text.length);
    let first: Mismatch | undefined;
    for (const piece of reachable.sort((a, b) => a.off - b.off)) first = first ?? this.#put(piece);
    return first;
  }

  #entryAt(off: number): number {
    return this.#sources.findLast(({ from }) => from <= off)?.entry ?? this.#sources[0]?.entry ?? 0;
  }
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  return at;
}
