import { describe, expect, it } from '@jest/globals';
import { plainText } from './plain-text.js';

describe('plainText', () => {
  it.each([
    ['```sh\nnpm start\n```\nstarts it', 'npm start starts it'],
    ['**Bold** and `code`\n\n- a\n- b', 'Bold and code - a - b'],
  ])('shows %j in one line', (text, line) => {
    expect(plainText(text)).toBe(line);
  });
});
