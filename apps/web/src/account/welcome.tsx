import { toAppError } from '@holdfast/client';
import { LoaderCircle } from 'lucide-react';
import { useState, type SyntheticEvent } from 'react';
import { Wordmark } from '../parts/wordmark.js';
import type { Account } from './account-storage.js';
import { becomeGuest } from './guest-api.js';
import './welcome.css';

interface WelcomeProps {
  readonly notice: string | null;
  readonly onSignedIn: (account: Account) => void;
}

/** The first screen: a name is all it takes. */
export function Welcome({ notice, onSignedIn }: WelcomeProps) {
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const trimmed = name.trim();

  async function start(event: SyntheticEvent): Promise<void> {
    event.preventDefault();
    if (trimmed === '' || busy) return;
    setBusy(true);
    setFault(null);
    try {
      onSignedIn(await becomeGuest(trimmed));
    } catch (error) {
      const { code, message } = toAppError(error);
      setFault(
        code === 'forbidden'
          ? 'Guests are not admitted here. Sign in through your organisation.'
          : `Could not start: ${message}.`,
      );
      setBusy(false);
    }
  }

  return (
    <main className="welcome">
      <form className="welcome__card" onSubmit={(event) => void start(event)}>
        <Wordmark />
        <h1>What should people call you?</h1>
        <p className="welcome__lead">
          A chat for people and agents. What you send is kept, in order, and answers survive a lost connection.
        </p>
        {notice !== null && <p className="welcome__notice">{notice}</p>}
        <label className="field">
          <span className="field__label">Your name</span>
          <input
            className="hf-input"
            data-testid="name-input"
            value={name}
            maxLength={80}
            autoComplete="nickname"
            autoFocus
            onChange={(event) => {
              setName(event.target.value);
            }}
          />
        </label>
        <button
          type="submit"
          className="hf-button hf-button--primary welcome__start"
          data-testid="start-button"
          disabled={trimmed === '' || busy}
        >
          {busy && <LoaderCircle className="hf-spin" size={16} aria-hidden />}
          {busy ? 'Starting' : 'Start'}
        </button>
        <p className="hf-error" role="alert">
          {fault}
        </p>
      </form>
    </main>
  );
}
