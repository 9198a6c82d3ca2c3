import { Bot } from 'lucide-react';

export interface AvatarProps {
  readonly name: string;
  readonly isAgent?: boolean;
}

const letters = new Intl.Segmenter();

/** The first letter as a reader sees it, accents and joined signs included. */
function firstLetter(word: string): string {
  const [first] = letters.segment(word);
  return first?.segment ?? '';
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const ends = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => firstLetter(word ?? ''));
  return ends.join('').toUpperCase();
}

/** A person's initials or the agent's sign; the name stands beside it, so it is hidden from assistive technology. */
export function Avatar({ name, isAgent = false }: AvatarProps) {
  return (
    <span className={isAgent ? 'hf-avatar hf-avatar--agent' : 'hf-avatar'} aria-hidden>
      {isAgent ? <Bot size={18} strokeWidth={1.8} /> : initials(name)}
    </span>
  );
}
