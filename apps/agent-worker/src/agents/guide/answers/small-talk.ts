const ABILITIES =
  'You can ask me:\n\n' +
  '- **about Holdfast**: *How does an answer survive a crash? What happens when Redis is down?*\n' +
  '- **about this installation**: *What is running right now?*\n' +
  '- **about this thread**: *Search for “deadline”.*\n\n' +
  'Say *write a long answer* and I go into detail, or *more* to hear more on the last topic. While I write, **Stop** ends ' +
  'the answer and keeps what you have seen.';

/** Small talk needs a name at most. */
export function greetingAnswer(person: string | undefined): string {
  const name = person === undefined || person === '' ? '' : `, ${person}`;
  return `Hello${name}! I am the guide, the built-in agent of Holdfast. ${ABILITIES}`;
}

export function abilitiesAnswer(): string {
  return `I answer from Holdfast’s documentation, from the running system, and from this thread. ${ABILITIES}`;
}

export function thanksAnswer(): string {
  return 'You are welcome! Ask me anything else about Holdfast.';
}
