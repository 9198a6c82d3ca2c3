const REPLACEMENT = '\ufffd';
const NUL = /\0/g;
// Under the `u` flag a well-formed pair is one code point, so this matches lone surrogates only.
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** Text that Postgres stores and every UTF-8 encoder returns unchanged: NUL dropped, lone surrogates replaced. */
export function storableText(text: string): string {
  return text.replace(NUL, '').replace(LONE_SURROGATE, REPLACEMENT);
}

function endsInHighSurrogate(text: string): boolean {
  const unit = text.charCodeAt(text.length - 1);
  return unit >= 0xd800 && unit <= 0xdbff;
}

/**
 * Makes streamed text storable piece by piece. However the text was cut, the pieces that come out join to
 * `storableText(whole)`: a high surrogate at the end of a piece waits for its other half, so that lengths counted in
 * UTF-16 units never split a character.
 */
export class TextNormalizer {
  private held = '';

  /** The part of `held + text` that is final now; may be empty. */
  push(text: string): string {
    const whole = this.held + text.replace(NUL, '');
    const cut = endsInHighSurrogate(whole) ? whole.length - 1 : whole.length;
    this.held = whole.slice(cut);
    return storableText(whole.slice(0, cut));
  }

  /** What still waits, at the end of the text; may be empty. */
  flush(): string {
    const rest = storableText(this.held);
    this.held = '';
    return rest;
  }
}
