import type { ReactNode } from 'react';
import type { Person } from '../entries/people.js';
import type { Row } from '../entries/rows.js';
import { formatExact, formatNarrow, formatTime } from '../text/format.js';
import { Avatar } from './avatar.js';

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
      className="hf-message"
      tabIndex={-1}
      aria-label={`${name}${time === null ? '' : `, ${time.short}`}`}
      data-testid="message"
      data-key={entry.key}
      data-seq={seq}
      data-state={state}
      data-kind={person.isAgent ? 'agent' : 'person'}
      data-group={startsGroup}
    >
      <div className="hf-message__side">
        {startsGroup ? (
          <Avatar name={person.name} isAgent={person.isAgent} />
        ) : (
          time !== null && (
            <time className="hf-message__time hf-message__time--side" dateTime={time.iso} title={time.exact}>
              {time.narrow}
            </time>
          )
        )}
      </div>
      <div className="hf-message__main">
        {startsGroup && (
          <header className="hf-message__head">
            <span className="hf-message__author">{name}</span>
            {activity}
            {time !== null && (
              <time className="hf-message__time" dateTime={time.iso} title={time.exact}>
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
