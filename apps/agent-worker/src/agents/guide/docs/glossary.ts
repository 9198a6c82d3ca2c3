/** The words of Holdfast, as ARCHITECTURE.md defines them, each as an answer. */
const GLOSSARY: Readonly<Record<string, string>> = {
  tenant: 'A **tenant** is an isolated customer: every row and every room belongs to one.',
  thread: 'A **thread** is a conversation with members and an optional agent.',
  event:
    'An **event** is one entry of a thread’s log: a message, an edit, a deletion, a change of members, a run that started ' +
    'or ended. It has a number, `seq`, without gaps, and it does not change, except that an erased body goes blank.',
  run:
    'A **run** is one execution of an agent that answers a message. It ends as completed, failed or cancelled, exactly ' +
    'once. In each thread one run executes at a time, and at most one waits behind it.',
  attempt:
    'An **attempt** is one try of a run by a worker. If a worker dies, the next attempt has a higher number, and from then ' +
    'on Postgres refuses whatever the earlier one still writes.',
  chunk:
    'A **chunk** is a committed piece of a streamed answer, at its offset within run and attempt. It is shown only after ' +
    'its commit.',
  session: 'A **session** is a client’s logical connection; it survives reconnects.',
  instance: 'An **instance** is one running process of an app.',
  doorbell:
    'A **doorbell** is a job in the queue that says “look at Postgres”. Losing or doubling it is harmless, because ' +
    'Postgres decides what there is to do.',
  epoch:
    'The **epoch** is the identity of the Postgres history that numbered the events. If it changes, clients start again ' +
    'from a fresh page.',
  hint:
    'A **hint** is any message over Redis or a socket: it may be lost, doubled or late, and nothing depends on it. Every ' +
    'reader can find out from Postgres what it missed.',
  beacon: 'A **beacon** tells clients the heads of threads that moved, so that one that missed a hint notices.',
  gate: 'The **gate** is the part of a gateway that puts a thread’s events in order before any socket sees them.',
  handoff: 'A **handoff** moves a live session from an instance that goes away to one that stays.',
};

const DEFINITION =
  /^(?:what(?:['’]s| is| are| does)|define|explain)(?: an?| the)? ["“'*]?(?<term>\p{L}+?)(?:s)?["”'*]?(?: mean| in holdfast| here)?[\s.?!]*$/iu;

/** The definition that a question such as “what is a run?” asks for, or undefined if it asks for something else. */
export function definitionFor(question: string): string | undefined {
  const term = DEFINITION.exec(question)?.groups?.['term']?.toLowerCase() ?? '';
  return Object.hasOwn(GLOSSARY, term) ? GLOSSARY[term] : undefined;
}
