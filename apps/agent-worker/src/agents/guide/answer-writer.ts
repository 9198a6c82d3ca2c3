import { partsText } from '@holdfast/contracts';
import type { Json } from '../../journal/journal.port.js';
import type { HistoryMessage } from '../agent.port.js';
import { DocsAnswers } from './answers/docs-answer.js';
import { searchAnswer } from './answers/search-answer.js';
import { abilitiesAnswer, greetingAnswer, thanksAnswer } from './answers/small-talk.js';
import { statusAnswer } from './answers/status-answer.js';
import { definitionFor } from './docs/glossary.js';
import type { Section } from './docs/section.js';
import { SectionIndex } from './docs/section-index.js';
import { wordsOf } from './docs/words.js';
import { intentOf, withoutMentions, type Intent } from './question.js';

/** What the guide decides before it writes: words at once, or a tool to ask first. */
export type Plan = { readonly text: string } | { readonly tool: string; readonly args: Json };

interface Question {
  readonly messageId: string;
  readonly person: string | undefined;
  readonly text: string;
  readonly intent: Intent;
}

function questionOf(history: readonly HistoryMessage[]): Question {
  const last = history.findLast(({ role }) => role === 'person');
  const text = last === undefined ? '' : withoutMentions(partsText(last.parts));
  return { messageId: last?.messageId ?? '', person: last?.name, text, intent: intentOf(text) };
}

/** The newest question that is a topic of its own, for "more". */
function topicOf(history: readonly HistoryMessage[]): string {
  const topics = history
    .filter(({ role }) => role === 'person')
    .map(({ parts }) => withoutMentions(partsText(parts)))
    .filter((text) => ['question', 'long'].includes(intentOf(text).kind));
  return topics.at(-1) ?? '';
}

function saidBefore(history: readonly HistoryMessage[]): string {
  return history
    .filter(({ role }) => role === 'agent')
    .map(({ parts }) => partsText(parts))
    .join('\n');
}

/** Turns a conversation into an answer. Pure: the same conversation and results give the same words. */
export class AnswerWriter {
  private readonly docs: DocsAnswers;

  /**
   * @param own texts of the guide itself, in the order of a tour
   * @param documents the project's documentation
   */
  constructor(
    private readonly own: readonly Section[],
    documents: readonly Section[],
  ) {
    this.docs = new DocsAnswers(new SectionIndex([...own, ...documents]));
  }

  plan(history: readonly HistoryMessage[]): Plan {
    const question = questionOf(history);
    switch (question.intent.kind) {
      case 'greeting':
        return { text: greetingAnswer(question.person) };
      case 'thanks':
        return { text: thanksAnswer() };
      case 'abilities':
        return { text: abilitiesAnswer() };
      case 'status':
        return { tool: 'system.status', args: {} };
      case 'search':
        return { tool: 'thread.search', args: { query: question.intent.query, limit: 6 } };
      case 'long':
        return { text: this.docs.long(question.intent.topic, this.own) };
      case 'more':
        return { text: this.more(history) };
      case 'question':
        return { text: this.answer(question.text) };
    }
  }

  /** The words that follow the tool's result. */
  conclude(history: readonly HistoryMessage[], outcome: { ok: boolean; result: Json }): string {
    const { intent, messageId } = questionOf(history);
    return intent.kind === 'search'
      ? searchAnswer(intent.query, messageId, outcome)
      : statusAnswer(outcome.ok, outcome.result);
  }

  private answer(question: string): string {
    const definition = definitionFor(question);
    if (definition !== undefined) return definition;
    const [overview] = this.own;
    // "What is this?" has no telling word; it asks for everything.
    return wordsOf(question).length === 0 && overview !== undefined ? overview.text : this.docs.answer(question);
  }

  private more(history: readonly HistoryMessage[]): string {
    const topic = topicOf(history);
    const more = topic === '' ? undefined : this.docs.more(topic, saidBefore(history));
    return more ?? 'That is all I have on this. Ask me about another part of Holdfast, or say *help*.';
  }
}
