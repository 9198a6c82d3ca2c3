import type { NoticeItem } from '@holdfast/client';
import { formatExact } from '../text/format.js';
import type { People } from './people.js';

interface NoticeRowProps {
  readonly item: NoticeItem;
  readonly people: People;
  readonly selfId: string;
}

function wording({ notice, senderId, seq }: NoticeItem, people: People, selfId: string): string {
  const nameOf = (userId: string | null): string => (userId === selfId ? 'You' : people(userId).name);
  const actor = nameOf(senderId);
  switch (notice.type) {
    case 'member.added': {
      const subject = notice.data.userId === selfId ? 'You' : notice.data.name;
      if (seq === 1) return `${subject} started this thread`;
      if (notice.data.userId === senderId || senderId === null) return `${subject} joined`;
      return `${actor} added ${subject === 'You' ? 'you' : subject}`;
    }
    case 'member.removed': {
      const subject = nameOf(notice.data.userId);
      if (notice.data.reason !== 'removed') return `${subject} left`;
      return `${actor} removed ${subject === 'You' ? 'you' : subject}`;
    }
    case 'thread.renamed':
      return `${actor} named this thread “${notice.data.title}”`;
    case 'thread.archived':
      return notice.data.archived ? `${actor} archived this thread` : `${actor} brought this thread back`;
  }
}

export function NoticeRow({ item, people, selfId }: NoticeRowProps) {
  return (
    <p className="hf-notice" title={formatExact(item.at)} data-seq={item.seq}>
      {wording(item, people, selfId)}
    </p>
  );
}
