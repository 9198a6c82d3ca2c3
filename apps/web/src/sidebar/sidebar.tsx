import { useHoldfast, useServerInfo, useThreads } from '@holdfast/react';
import { Activity, LogOut, Search, SquarePen, X } from 'lucide-react';
import { useState } from 'react';
import { loadAccount } from '../account/account-storage.js';
import { Avatar } from '@holdfast/react';
import { Wordmark } from '../parts/wordmark.js';
import { SearchResults } from './search-results.js';
import { ThreadList } from './thread-list.js';
import './sidebar.css';

interface SidebarProps {
  readonly threadId: string | null;
  readonly onNewThread: () => void;
  /** A thread was chosen. */
  readonly onNavigate: () => void;
  readonly onSignOut: () => void;
}

/** Search, the threads, and who one is. */
export function Sidebar({ threadId, onNewThread, onNavigate, onSignOut }: SidebarProps) {
  const [query, setQuery] = useState('');
  const inbox = useThreads();
  const name = useServerInfo()?.user.name ?? loadAccount()?.name ?? '';
  const client = useHoldfast();
  return (
    <nav className="sidebar" aria-label="Threads">
      <div className="sidebar__top">
        <Wordmark />
        <button
          type="button"
          className="hf-icon-button"
          data-testid="new-thread"
          aria-label="New thread"
          title="New thread"
          onClick={onNewThread}
        >
          <SquarePen size={18} aria-hidden />
        </button>
      </div>
      <div className="sidebar__search">
        <Search size={16} aria-hidden />
        <input
          className="hf-input"
          type="search"
          placeholder="Search messages"
          aria-label="Search messages"
          data-testid="search"
          value={query}
          maxLength={200}
          onChange={(event) => {
            setQuery(event.target.value);
          }}
        />
        {query !== '' && (
          <button
            type="button"
            className="hf-icon-button"
            aria-label="Clear the search"
            onClick={() => {
              setQuery('');
            }}
          >
            <X size={16} aria-hidden />
          </button>
        )}
      </div>
      <div className="sidebar__body">
        {query.trim().length >= 2 ? (
          <SearchResults query={query.trim()} onNavigate={onNavigate} />
        ) : (
          <ThreadList
            inbox={inbox}
            threadId={threadId}
            onNavigate={onNavigate}
            onMore={() => client.inbox.loadMore()}
          />
        )}
      </div>
      <div className="sidebar__me">
        <Avatar name={name} />
        <span className="sidebar__name">{name}</span>
        <a className="hf-icon-button" href="/ops" aria-label="Operations" title="Operations">
          <Activity size={18} aria-hidden />
        </a>
        <button type="button" className="hf-icon-button" aria-label="Sign out" title="Sign out" onClick={onSignOut}>
          <LogOut size={18} aria-hidden />
        </button>
      </div>
    </nav>
  );
}
