import { Bot } from 'lucide-react';

interface AvatarProps {
  readonly name: string;
  readonly isAgent?: boolean;
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? '')][0] ?? '');
  return letters.join('').toUpperCase();
}

/** A person's initials or the agent's sign; the name stands beside it, so it is hidden from assistive technology. */
export function Avatar({ name, isAgent = false }: AvatarProps) {
  return (
    <span className={isAgent ? 'avatar avatar--agent' : 'avatar'} aria-hidden>
      {isAgent ? <Bot size={18} strokeWidth={1.8} /> : initials(name)}
    </span>
  );
}
