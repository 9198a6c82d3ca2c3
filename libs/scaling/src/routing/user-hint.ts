import { SERVER_EVENTS, type ServerEvent, type ServerEventName } from '@holdfast/contracts';
import * as z from 'zod/mini';
import type { UserTarget } from '../rooms.js';

/** An event on its way to the connections of one user. */
export interface UserHint<N extends ServerEventName = ServerEventName> {
  readonly target: UserTarget;
  readonly event: N;
  readonly payload: ServerEvent<N>;
}

const Hints = z.array(
  z.object({
    target: z.object({ tenantId: z.string(), userId: z.string() }),
    event: z.string(),
    payload: z.unknown(),
  }),
);

function isEvent(name: string): name is ServerEventName {
  return Object.hasOwn(SERVER_EVENTS, name);
}

/** The hints in a message of another instance; what is none of ours counts as corrupt and is left out. */
export function parseHints(text: string): { readonly hints: readonly UserHint[]; readonly corrupt: number } {
  const parsed = Hints.safeParse(json(text));
  if (!parsed.success) return { hints: [], corrupt: 1 };
  const hints: UserHint[] = [];
  for (const { target, event, payload } of parsed.data) {
    const checked = isEvent(event) ? SERVER_EVENTS[event].safeParse(payload) : undefined;
    if (checked?.success === true) hints.push({ target, event: event as ServerEventName, payload: checked.data });
  }
  return { hints, corrupt: parsed.data.length - hints.length };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
