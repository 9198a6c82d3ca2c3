import type { TextStorage } from '@holdfast/client';

/** Asked anew each time: where storage is forbidden, even naming it throws, and what is written lives as long as the page. */
export const deviceTexts: TextStorage = {
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) => {
    localStorage.setItem(key, value);
  },
  removeItem: (key) => {
    localStorage.removeItem(key);
  },
};
