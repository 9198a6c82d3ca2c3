import type { Part } from '@holdfast/contracts';
import { storableText, TextNormalizer } from './text-normalizer.js';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

function storableJson(value: Json): Json {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storableJson);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [storableText(key), storableJson(entry)]));
  }
  return value;
}

function storableCard(part: Exclude<Part, { type: 'text' }>): Part {
  const head = { callId: storableText(part.callId.slice(0, 128)), tool: storableText(part.tool.slice(0, 128)) };
  return part.type === 'tool_call'
    ? { ...part, ...head, args: storableJson(part.args) }
    : { ...part, ...head, result: storableJson(part.result) };
}

/** Makes an agent's parts storable; text goes through one {@link TextNormalizer} per stretch of text. */
export class PartNormalizer {
  private readonly text = new TextNormalizer();

  /** The parts that are final now; may be none. */
  push(part: Part): Part[] {
    return part.type === 'text' ? textParts(this.text.push(part.text)) : [...this.flush(), storableCard(part)];
  }

  /** What still waits, at the end of the stream. */
  flush(): Part[] {
    return textParts(this.text.flush());
  }
}

function textParts(text: string): Part[] {
  return text === '' ? [] : [{ type: 'text', text }];
}
