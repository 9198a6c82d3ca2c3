import { describe, expect, it } from '@jest/globals';
import { scrub } from './client-error.js';

describe('scrub', () => {
  it.each([
    ['at f (https://a.example/app.js?token=abc:1:2)', 'at f (https://a.example/app.js:1:2)'],
    ['/thread/1#secret words', '/thread/1 words'],
    ['mail ada.l+x@mail.example.org now', 'mail (address) now'],
    ['Bearer eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl', 'Bearer (token)'],
    [`key ${'a1'.repeat(20)}`, 'key (secret)'],
    ['at App (https://a.example/assets/index-DqK1x.js:10:5)', 'at App (https://a.example/assets/index-DqK1x.js:10:5)'],
  ])('%s', (text, expected) => {
    expect(scrub(text)).toBe(expected);
    expect(scrub(expected)).toBe(expected);
  });
});
