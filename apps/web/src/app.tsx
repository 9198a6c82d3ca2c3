import { ChatBoundary, HoldfastProvider } from '@holdfast/react';
import { saveUnsent } from './account/save-unsent.js';
import { useAccount } from './account/use-account.js';
import { Welcome } from './account/welcome.js';
import { OpsPage } from './ops/ops-page.js';
import { ChatPage } from './shell/chat-page.js';

/** The page: first a name, then the chat or, under `/ops`, the operations page. */
export function App() {
  const { client, notice, signIn, signOut } = useAccount();
  if (client === null) return <Welcome notice={notice} onSignedIn={signIn} />;
  const isOps = location.pathname.replace(/\/+$/, '') === '/ops';
  return (
    <HoldfastProvider client={client} key={client.identity.userId}>
      <ChatBoundary
        userId={client.identity.userId}
        onRebuild={() => {
          client.rebuild();
        }}
        onExport={() => void saveUnsent()}
      >
        {isOps ? <OpsPage /> : <ChatPage onSignOut={signOut} />}
      </ChatBoundary>
    </HoldfastProvider>
  );
}
