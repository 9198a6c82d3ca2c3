import type { ReactNode } from 'react';
import { Avatar } from '../parts/avatar.js';
import { formatExact, formatNarrow, formatTime } from '../parts/format.js';
import type { Person } from '../shell/people.js';
import type { Row } from './rows.js';

interface MessageFrameProps {
  readonly row: Row;
  readonly person: Person;
  readonly isOwn: boolean;
  /** Stands beside the author while an answer is being written. */
  readonly activity?: ReactNode;
  /** What the message's state is called in tests and styles. */
  readonly state: string;
  readonly seq?: number;
  readonly children: ReactNode;
}

/** Author and time once per group, and the message beside them. */
export function MessageFrame({ row, person, isOwn, activity, state, seq, children }: MessageFrameProps) {
  const { startsGroup, at, entry } = row;
  const name = isOwn ? 'You' : person.name;
  const time =
    at === null
      ? null
      : { iso: new Date(at).toISOString(), exact: formatExact(at), short: formatTime(at), narrow: formatNarrow(at) };
  return (
    <article
      className="message"
      tabIndex={-1}
      aria-label={`${name}${time === null ? '' : `, ${time.short}`}`}
      data-testid="message"
      data-key={entry.key}
      data-seq={seq}
      data-state={state}
      data-kind={person.isAgent ? 'agent' : 'person'}
      data-group={startsGroup}
    >
      <div className="message__side">
        {startsGroup ? (
          <Avatar name={person.name} isAgent={person.isAgent} />
        ) : (
          time !== null && (
            <time className="message__time message__time--side" dateTime={time.iso} title={time.exact}>
              {time.narrow}
            </time>
          )
        )}
      </div>
      <div className="message__main">
        {startsGroup && (
          <header className="message__head">
            <span className="message__author">{name}</span>
            {activity}
            {time !== null && (
              <time className="message__time" dateTime={time.iso} title={time.exact}>
                {time.short}
              </time>
            )}
          </header>
        )}
        {children}
      </div>
    </article>
  );
}
