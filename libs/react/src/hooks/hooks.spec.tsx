import { describe, expect, it } from '@jest/globals';
import { HoldfastClient, type Transport } from '@holdfast/client';
import { renderToStaticMarkup } from 'react-dom/server';
import {
  HoldfastProvider,
  useConnection,
  useConversation,
  useDraft,
  useHoldfast,
  useOutbox,
  useThread,
  useThreads,
} from '../index.js';

const THREAD = '00000000-0000-4000-8000-0000000000aa';
const nowhere: Transport = { open: () => ({ send: () => undefined, close: () => undefined }) };

function makeClient(): HoldfastClient {
  return new HoldfastClient({
    identity: { tenant: 'default', userId: '00000000-0000-4000-8000-000000000001' },
    token: () => Promise.resolve('token'),
    transport: () => nowhere,
  });
}

function Everything() {
  const thread = useThread(THREAD);
  const entries = useConversation(thread);
  const [draft] = useDraft(THREAD);
  return (
    <output>
      {JSON.stringify({
        connection: useConnection().status,
        threads: useThreads().status,
        access: thread.access,
        entries: entries.map(({ kind }) => kind),
        waiting: useOutbox().length,
        elsewhere: useOutbox('other').length,
        draft,
      })}
    </output>
  );
}

describe('the hooks', () => {
  it('show what the client knows', () => {
    const client = makeClient();
    client.send(THREAD, 'not sent yet');
    client.drafts.set(THREAD, 'half a thought');
    const html = renderToStaticMarkup(
      <HoldfastProvider client={client}>
        <Everything />
      </HoldfastProvider>,
    );
    expect(JSON.parse(html.replace(/<\/?output>/g, '').replaceAll('&quot;', '"'))).toEqual({
      connection: 'idle',
      threads: 'loading',
      access: 'loading',
      entries: ['pending'],
      waiting: 1,
      elsewhere: 0,
      draft: 'half a thought',
    });
  });

  it('say so where the provider is missing', () => {
    const Lost = () => <p>{useHoldfast().identity.userId}</p>;
    expect(() => renderToStaticMarkup(<Lost />)).toThrow('needs a <HoldfastProvider>');
  });
});
