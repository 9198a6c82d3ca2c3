import { toAppError } from '@holdfast/client';
import { useHoldfast } from '@holdfast/react';
import { UserPlus, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Avatar } from '@holdfast/react';
import './people-picker.css';

export interface PickedPerson {
  readonly id: string;
  readonly name: string;
}

interface PeoplePickerProps {
  readonly label: string;
  readonly picked: readonly PickedPerson[];
  /** People who cannot be picked, such as members already. */
  readonly excluded: ReadonlySet<string>;
  readonly onPick: (person: PickedPerson) => void;
  readonly onDrop?: (person: PickedPerson) => void;
}

type Found = { readonly people: readonly PickedPerson[] } | { readonly fault: string } | null;

/** Finds people of the tenant by name. */
export function PeoplePicker({ label, picked, excluded, onPick, onDrop }: PeoplePickerProps) {
  const { api, identity } = useHoldfast();
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<Found>(null);
  const words = query.trim();
  useEffect(() => {
    if (words === '') return undefined;
    let stale = false;
    const timer = setTimeout(() => {
      api.users(words).then(
        (people) => {
          if (!stale) setFound({ people: people.filter(({ kind }) => kind !== 'agent') });
        },
        (error: unknown) => {
          if (!stale) setFound({ fault: toAppError(error).message });
        },
      );
    }, 200);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [api, words]);

  const taken = new Set([identity.userId, ...excluded, ...picked.map(({ id }) => id)]);
  const people = found !== null && 'people' in found ? found.people.filter(({ id }) => !taken.has(id)) : [];
  return (
    <div className="picker">
      <label className="field">
        <span className="field__label">{label}</span>
        <input
          className="hf-input"
          data-testid="people-search"
          placeholder="Search by name"
          value={query}
          maxLength={80}
          onChange={(event) => {
            setQuery(event.target.value);
          }}
        />
      </label>
      {picked.length > 0 && (
        <ul className="picker__picked">
          {picked.map((person) => (
            <li key={person.id}>
              {person.name}
              <button type="button" aria-label={`Take ${person.name} off`} onClick={() => onDrop?.(person)}>
                <X size={14} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
      {words !== '' && found !== null && (
        <div className="picker__found" aria-live="polite">
          {'fault' in found && <p className="hf-error">The search failed: {found.fault}.</p>}
          {'people' in found && people.length === 0 && <p className="field__hint">Nobody else is called that.</p>}
          {people.map((person) => (
            <button
              type="button"
              key={person.id}
              className="picker__person"
              data-testid="person"
              onClick={() => {
                onPick(person);
                setQuery('');
                setFound(null);
              }}
            >
              <Avatar name={person.name} />
              <span>{person.name}</span>
              <UserPlus size={16} aria-hidden />
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
