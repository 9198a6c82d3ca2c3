import { toAppError } from '@holdfast/client';
import { useHoldfast, useNow } from '@holdfast/react';
import { useEffect, useState } from 'react';
import { formatShort } from '../parts/format.js';
import { plainText } from '../parts/plain-text.js';
import { threadHref } from '../shell/route.js';

interface SearchResultsProps {
  readonly query: string;
  readonly onNavigate: () => void;
}

type Hits = Awaited<ReturnType<ReturnType<typeof useHoldfast>['api']['search']>>['hits'];
type Found = { readonly query: string; readonly hits: Hits } | { readonly query: string; readonly fault: string };

/** Typing settles for this long before the server is asked, ms. */
const SETTLE_MS = 250;

export function SearchResults({ query, onNavigate }: SearchResultsProps) {
  const { api } = useHoldfast();
  const now = useNow(60_000);
  const [found, setFound] = useState<Found | null>(null);
  useEffect(() => {
    let stale = false;
    const timer = setTimeout(() => {
      api.search(query).then(
        ({ hits }) => {
          if (!stale) setFound({ query, hits });
        },
        (error: unknown) => {
          if (!stale) setFound({ query, fault: toAppError(error).message });
        },
      );
    }, SETTLE_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [api, query]);

  if (found === null) return <p className="sidebar__hint">Searching</p>;
  if ('fault' in found)
    return <p className="sidebar__hint">The search failed: {found.fault}. Change the words to try again.</p>;
  if (found.hits.length === 0) return <p className="sidebar__hint">No message contains “{found.query}”.</p>;
  return (
    <ul className="threads" aria-label="Messages found">
      {found.hits.map((hit) => (
        <li key={hit.messageId}>
          <a className="thread" data-testid="search-hit" href={threadHref(hit.threadId, hit.seq)} onClick={onNavigate}>
            <span className="thread__row">
              <span className="thread__title">{hit.threadTitle}</span>
              <time className="thread__time" dateTime={hit.at}>
                {formatShort(hit.at, now)}
              </time>
            </span>
            <span className="thread__last thread__last--two">{plainText(hit.excerpt)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
