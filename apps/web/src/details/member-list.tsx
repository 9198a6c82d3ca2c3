import type { ThreadState } from '@holdfast/client';
import { useHoldfast } from '@holdfast/react';
import { UserMinus } from 'lucide-react';
import { Avatar } from '@holdfast/react';
import { usePresence } from './use-presence.js';

interface MemberListProps {
  readonly threadId: string;
  readonly members: ThreadState['members'];
  readonly isOwner: boolean;
  readonly onRemove: (userId: string) => void;
}

export function MemberList({ threadId, members, isOwner, onRemove }: MemberListProps) {
  const { userId: selfId } = useHoldfast().identity;
  const online = usePresence(threadId, members);
  return (
    <>
      <h3 className="field__label">Members</h3>
      <ul className="members">
        {members.map(({ userId, name, kind, role }) => (
          <li key={userId} data-testid="member">
            <Avatar name={name} isAgent={kind === 'agent'} />
            <span className="members__name">
              {name}
              {userId === selfId && ' (you)'}
            </span>
            {online.has(userId) && (
              <span className="members__online">
                <span aria-hidden />
                here
              </span>
            )}
            {role === 'owner' && <span className="members__role">owner</span>}
            {isOwner && userId !== selfId && (
              <button
                type="button"
                className="hf-icon-button"
                aria-label={`Remove ${name}`}
                title={`Remove ${name}`}
                onClick={() => {
                  onRemove(userId);
                }}
              >
                <UserMinus size={16} aria-hidden />
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
