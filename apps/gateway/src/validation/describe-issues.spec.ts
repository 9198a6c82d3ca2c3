import { expect, it } from '@jest/globals';
import { COMMANDS, type CommandName } from '@holdfast/contracts';
import { describeIssues } from './describe-issues.js';

const id = '0199c0de-0000-7000-8000-000000000001';
const text = (value: unknown) => ({ parts: [{ type: 'text', text: value }] });

it.each<[CommandName, unknown, string]>([
  ['thread.close', undefined, 'request: must be an object'],
  ['thread.close', [{ threadId: id }, 'extra'], 'request: must be an object'],
  ['thread.close', { threadId: 'x' }, 'threadId: must be a UUID'],
  ['thread.close', { threadId: { $ne: 1 } }, 'threadId: must be a string'],
  ['message.send', { threadId: id, messages: [] }, 'messages: must be at least 1 entries'],
  [
    'message.send',
    { threadId: id, messages: [{ clientMessageId: 'x', body: text('hi') }] },
    'messages[0].clientMessageId: must be a UUID',
  ],
  [
    'message.send',
    { threadId: id, messages: [{ clientMessageId: id, body: text('a\0') }] },
    'messages[0].body.parts[0].text: must not contain NUL or lone surrogates',
  ],
  [
    'message.send',
    { threadId: id, messages: [{ clientMessageId: id, body: { parts: [{ type: 'image', text: 'x' }] } }] },
    'messages[0].body.parts[0].type: must be "text"',
  ],
  ['thread.open', { threadId: id, afterSeq: -1 }, 'afterSeq: must be at least 0'],
  ['thread.open', { threadId: id, afterSeq: 1.5 }, 'afterSeq: must be a whole number'],
  ['typing.set', { threadId: id, typing: 'yes' }, 'typing: must be a boolean'],
])('%s tells field and rule of %j', (name, input, message) => {
  const parsed = COMMANDS[name].request.safeParse(input);
  expect(parsed.success ? '' : describeIssues(parsed.error.issues)).toBe(message);
});
