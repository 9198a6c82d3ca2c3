import type { Section } from './section.js';
import { wordsOf } from './words.js';

const K1 = 1.2;
const B = 0.6;
/** A heading says what a section is about: its words count this many times. */
const TITLE_WEIGHT = 4;

interface Entry {
  readonly section: Section;
  readonly counts: ReadonlyMap<string, number>;
  readonly length: number;
}

/** A section that matches, best first. */
export interface Match {
  readonly section: Section;
  readonly score: number;
  /** Share of the question's words that the section has, weighted by how telling they are; 0 to 1. */
  readonly coverage: number;
}

function entryOf(section: Section): Entry {
  const counts = new Map<string, number>();
  const add = (words: readonly string[], weight: number): void => {
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + weight);
  };
  add(wordsOf([section.title, ...(section.aliases ?? [])].join(' ')), TITLE_WEIGHT);
  const body = wordsOf(section.text);
  add(body, 1);
  return { section, counts, length: body.length };
}

/** A BM25 index over sections; built once, read only. */
export class SectionIndex {
  private readonly entries: readonly Entry[];
  private readonly documentFrequency = new Map<string, number>();
  private readonly meanLength: number;

  constructor(sections: readonly Section[]) {
    this.entries = sections.map(entryOf);
    for (const { counts } of this.entries) {
      for (const word of counts.keys()) this.documentFrequency.set(word, (this.documentFrequency.get(word) ?? 0) + 1);
    }
    this.meanLength = this.entries.reduce((sum, { length }) => sum + length, 0) / Math.max(1, this.entries.length);
  }

  /** Up to `limit` sections that share a word with the question; equal scores keep the order of the sections. */
  search(question: string, limit: number): Match[] {
    const words = [...new Set(wordsOf(question))];
    const total = words.reduce((sum, word) => sum + this.idf(word), 0);
    if (total === 0) return [];
    return this.entries
      .map((entry) => this.matchOf(entry, words, total))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, limit);
  }

  private matchOf(entry: Entry, words: readonly string[], total: number): Match {
    let score = 0;
    let covered = 0;
    for (const word of words) {
      const count = entry.counts.get(word) ?? 0;
      if (count === 0) continue;
      const norm = K1 * (1 - B + (B * entry.length) / this.meanLength);
      score += (this.idf(word) * count * (K1 + 1)) / (count + norm);
      covered += this.idf(word);
    }
    return { section: entry.section, score, coverage: covered / total };
  }

  private idf(word: string): number {
    const n = this.documentFrequency.get(word) ?? 0;
    return Math.log(1 + (this.entries.length - n + 0.5) / (n + 0.5));
  }
}
