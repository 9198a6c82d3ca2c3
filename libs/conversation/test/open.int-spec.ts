import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { LogEvent } from '@holdfast/contracts';
import { deleteMessage, editMessage, encodeWithPieces, readRange, ThreadOpener } from '../src/index.js';
import { command, fixture, say, text, thread, type Fixture } from './fixture.js';

jest.setTimeout(60_000);

let f: Fixture;
beforeAll(async () => {
  f = await fixture();
});
afterAll(() => f.close());

it('shows every kind of event as other reads do, and encodes it as what it is', async () => {
  const threadId = await thread(f.db, f.alice, { members: [f.bob] });
  const words = [
    'plain',
    '"quoted" \\ "more":true',
    'line\u2028break\ttab',
    '\u{1f600} \ud83d\ude00 ﷽',
    '{"a": [1, 2]}',
  ];
  const said = [];
  for (const word of words) said.push(await say(f.db, f.alice, threadId, word));
  const [first, second] = said;
  if (first === undefined || second === undefined) throw new Error('nothing was said');
  await editMessage(f.db, f.alice, { ...command(threadId, first.event.id), body: text('edited') });
  await deleteMessage(f.db, f.alice, command(threadId, second.event.id));

  const opener = new ThreadOpener(f.db);
  const range = await readRange(f.db, { threadId, afterSeq: 0, limit: 200 });
  const epoch = range?.epoch ?? '';
  const [[reset], [delta]] = await Promise.all([
    opener.open(f.alice, [{ threadId, afterSeq: 0 }]),
    opener.open(f.bob, [{ threadId, afterSeq: 2, epoch }]),
  ]);
  for (const [opened, after] of [
    [reset, 0],
    [delta, 2],
  ] as const) {
    const expected = range?.events.filter(({ seq }) => seq > after);
    expect(opened?.resume).toMatchObject({ events: expected });
    expect(JSON.parse(encodeWithPieces(opened))).toEqual(JSON.parse(JSON.stringify(opened)));
    expect(JSON.parse(encodeWithPieces(opened))).toMatchObject({ resume: { events: expected } });
  }
  expect(range?.events.every((event) => LogEvent.safeParse(event).success)).toBe(true);
});
