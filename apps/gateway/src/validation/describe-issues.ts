import type * as z from 'zod/mini';

type Issue = z.core.$ZodIssue;

const MAX_ISSUES = 5;

const FORMATS: Readonly<Record<string, string>> = { uuid: 'must be a UUID', datetime: 'must be an ISO 8601 instant' };
const TYPES: Readonly<Record<string, string>> = { object: 'an object', array: 'a list', int: 'a whole number' };
const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

function unit(origin: string): string {
  return UNITS[origin] ?? '';
}

/** What the value would have to be; the value itself is never repeated. */
function rule(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPES[issue.expected] ?? `a ${issue.expected}`}`;
    case 'invalid_format':
      return FORMATS[issue.format] ?? 'has the wrong format';
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_big':
      return `must be at most ${String(issue.maximum)}${unit(issue.origin)}`;
    case 'too_small':
      return `must be at least ${String(issue.minimum)}${unit(issue.origin)}`;
    case 'custom':
      return issue.message;
    default:
      return issue.message;
  }
}

function place(path: readonly PropertyKey[]): string {
  const text = path
    .map((key) => (typeof key === 'number' ? `[${key.toString()}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
  return text === '' ? 'request' : text;
}

/** Which field breaks which rule, such as `messages[0].clientMessageId: must be a UUID`. */
export function describeIssues(issues: readonly Issue[]): string {
  const lines = issues.slice(0, MAX_ISSUES).map((issue) => `${place(issue.path)}: ${rule(issue)}`);
  const more = issues.length - lines.length;
  return more > 0 ? `${lines.join('; ')}; and ${more.toString()} more` : lines.join('; ');
}
