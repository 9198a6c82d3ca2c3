import type { OutboxState } from '@holdfast/client';
import { Check, CircleAlert, Clock3, ArrowUp } from 'lucide-react';

const GLYPHS = { queued: Clock3, sending: ArrowUp, sent: Check, failed: CircleAlert, expired: CircleAlert };
const WORDS = {
  queued: 'Waiting to be sent',
  sending: 'Sending',
  sent: 'Sent',
  failed: 'Not sent',
  expired: 'Not sent',
};

/** The state of an own message: a small glyph, with words for assistive technology. */
export function MessageState({ status }: { status: OutboxState['status'] }) {
  const Glyph = GLYPHS[status];
  return (
    <span className="hf-message__state" data-status={status} title={WORDS[status]}>
      <Glyph size={13} aria-hidden />
      <span className="hf-sr-only">{WORDS[status]}</span>
    </span>
  );
}
