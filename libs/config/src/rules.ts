import * as z from 'zod/mini';

/** Whole number in a range, written in digits. */
export function integer(min: number, max: number) {
  return z.pipe(
    z.pipe(z.string().check(z.regex(/^-?\d+$/, 'must be a whole number')), z.transform(Number)),
    z.number().check(z.gte(min, `must be at least ${min}`), z.lte(max, `must be at most ${max}`)),
  );
}

/** `true` or `false`. */
export const flag = z.pipe(
  z.enum(['true', 'false'], 'must be true or false'),
  z.transform((text) => text === 'true'),
);

/** URL whose scheme is one of `schemes`. */
export function urlOf(...schemes: string[]) {
  return z.string().check(
    z.refine(
      (text) => {
        const url = URL.parse(text);
        return url !== null && schemes.includes(url.protocol.slice(0, -1));
      },
      `must be a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    ),
  );
}

/** Comma-separated list; blanks around entries are dropped. */
export const list = z.pipe(
  z.string(),
  z.transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  ),
);

/** Non-empty text. */
export const text = z.string().check(z.minLength(1));

/** Comma-separated `host:port` pairs. */
export const hostPorts = z.pipe(
  z.pipe(list, z.array(z.string().check(z.regex(/^[^:\s]+:\d{1,5}$/, 'each must be host:port')))),
  z.transform((pairs) =>
    pairs.map((pair) => {
      const [host = '', port = ''] = pair.split(':');
      return { host, port: Number(port) };
    }),
  ),
);
