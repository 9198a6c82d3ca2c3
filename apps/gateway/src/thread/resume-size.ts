import { partsText, type LogEvent, type ThreadResume } from '@holdfast/contracts';

/** Bytes of an event's JSON without its text, roughly. */
const EVENT_BYTES = 300;

function textLength(event: LogEvent): number {
  if (event.type !== 'message.sent' && event.type !== 'message.edited') return 0;
  return event.data.body === null ? 0 : partsText(event.data.body.parts).length;
}

/** Rough size of an answer on the wire, in bytes. */
export function resumeSize(resume: ThreadResume): number {
  if (resume.status === 'denied' || resume.status === 'pending') return EVENT_BYTES;
  const runs = resume.runs.reduce((sum, { parts }) => sum + partsText(parts).length, 0);
  return resume.events.reduce((sum, event) => sum + EVENT_BYTES + textLength(event), EVENT_BYTES + runs);
}
