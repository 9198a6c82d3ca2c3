import type { Section } from '../docs/section.js';
import type { Match, SectionIndex } from '../docs/section-index.js';

/** Below this share of a question's telling words, a section is a guess, and the guide says so. */
const SURE_COVERAGE = 0.5;
/** The guide's own texts are written as answers: they win unless a document fits clearly better. */
const OWN_TEXT_BONUS = 1.6;
const EXCERPT_UNITS = 900;
const LONG_UNITS = 3_600;

/** A retrieval over everything the guide may quote. */
export class DocsAnswers {
  constructor(private readonly index: SectionIndex) {}

  /** The best answer to a question. */
  answer(question: string): string {
    const [best, ...others] = this.ranked(question);
    if (best === undefined || best.coverage < SURE_COVERAGE)
      return unknownAnswer(best === undefined ? [] : [best, ...others]);
    return [quote(best.section), seeAlso(best.section, others)].filter((text) => text !== '').join('\n\n');
  }

  /** The next thing about the same question; undefined if there is nothing left. */
  more(question: string, said: string): string | undefined {
    const [best] = this.fresh(question, said);
    return best === undefined ? undefined : `**${best.section.title}.** ${quote(best.section)}`;
  }

  /** Many sections in a row, those about `topic` first: long enough to watch it stream. */
  long(topic: string, sections: readonly Section[]): string {
    const first = this.ranked(topic).map(({ section }) => section);
    const ordered = [...new Set([...first.filter((section) => sections.includes(section)), ...sections])];
    const chapters: string[] = [];
    let length = 0;
    for (const section of ordered) {
      if (length >= LONG_UNITS) break;
      const chapter = `### ${section.title}\n\n${section.text}`;
      chapters.push(chapter);
      length += chapter.length;
    }
    return [
      'Here is the long version. Reload the page while I write, if you like: nothing gets lost.',
      ...chapters,
    ].join('\n\n');
  }

  private ranked(question: string): Match[] {
    return this.index
      .search(question, 12)
      .map((match) => ({ ...match, score: match.score * (match.section.source === 'guide' ? OWN_TEXT_BONUS : 1) }))
      .sort((a, b) => b.score - a.score);
  }

  private fresh(question: string, said: string): Match[] {
    return this.ranked(question).filter(({ section }) => !said.includes(excerpt(section.text).slice(0, 80)));
  }
}

/** Whole paragraphs from the start, as many as fit. */
function excerpt(text: string): string {
  if (text.length <= EXCERPT_UNITS) return text;
  const cut = text.lastIndexOf('\n\n', EXCERPT_UNITS);
  const whole = cut > 80 ? text.slice(0, cut) : text.slice(0, text.lastIndexOf(' ', EXCERPT_UNITS));
  const fences = whole.match(/^\s*```/gm)?.length ?? 0;
  return fences % 2 === 0 ? `${whole}\n\n…` : `${whole}\n\`\`\`\n\n…`;
}

function quote(section: Section): string {
  const text = excerpt(section.text);
  return section.source === 'guide' ? text : `From **${section.source}**, “${section.title}”:\n\n${text}`;
}

function seeAlso(best: Section, others: readonly Match[]): string {
  const documents = [best, ...others.filter(({ coverage }) => coverage >= SURE_COVERAGE).map(({ section }) => section)]
    .filter(({ source }) => source !== 'guide')
    .map(({ source }) => `\`${source}\``);
  const more = [...new Set(documents)].filter((source) => source !== `\`${best.source}\``).slice(0, 2);
  return more.length === 0 ? '' : `More in ${more.join(' and ')}.`;
}

function unknownAnswer(guesses: readonly Match[]): string {
  const titles = [...new Set(guesses.map(({ section }) => section.title))].slice(0, 3);
  const hint = titles.length === 0 ? '' : ` The closest I have: ${titles.map((title) => `*${title}*`).join(', ')}.`;
  return (
    `I do not know that. I am not a language model; I know Holdfast’s documentation, the running system and this thread.${hint}\n\n` +
    'Try other words, or ask *what can you do?*'
  );
}
