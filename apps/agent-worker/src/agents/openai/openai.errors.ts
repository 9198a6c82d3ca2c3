import { AppError, type ErrorCode } from '@holdfast/contracts';
import { APICallError } from 'ai';
import { retryAfterMs } from './retry-after.js';

interface Mapping {
  readonly code: ErrorCode;
  /** Shown to the people in the thread: what happened and what helps. */
  readonly message: string;
}

const BY_STATUS: Readonly<Record<number, Mapping>> = {
  401: { code: 'agent_unavailable', message: "The agent's provider refused its key. An operator has to renew it." },
  402: { code: 'budget_exceeded', message: "The account at the agent's provider has no credit left." },
  403: { code: 'agent_unavailable', message: "The agent's provider does not allow this use of its key." },
  404: { code: 'agent_unavailable', message: "The agent's provider does not know this model or address." },
  413: { code: 'agent_failed', message: "The conversation is too long for the agent's model." },
  429: { code: 'rate_limited', message: "The agent's provider is busy. Please try again in a moment." },
};

const SERVER_FAULT: Mapping = {
  code: 'agent_unavailable',
  message: "The agent's provider reports a fault of its own. Please try again in a moment.",
};
const REFUSED: Mapping = { code: 'agent_failed', message: "The agent's provider did not accept the request." };
const BROKEN: Mapping = {
  code: 'agent_failed',
  message: 'The answer broke off. What arrived is kept; you can try again.',
};

function mappingOf(error: unknown, anyOutput: boolean): Mapping {
  if (anyOutput || !APICallError.isInstance(error)) return BROKEN;
  const status = error.statusCode ?? 200;
  // A 2xx status here means that the answer itself was unreadable.
  if (status < 400) return BROKEN;
  return BY_STATUS[status] ?? (status >= 500 ? SERVER_FAULT : REFUSED);
}

/**
 * The fault as people may see it; the provider's own words stay in the cause, which the log redacts.
 * @param anyOutput whether output had arrived before.
 */
export function toAgentError(error: unknown, anyOutput: boolean): AppError {
  if (error instanceof AppError) return error;
  const { code, message } = mappingOf(error, anyOutput);
  const header = APICallError.isInstance(error) ? error.responseHeaders?.['retry-after'] : undefined;
  const wait = code === 'rate_limited' ? retryAfterMs(header, Date.now()) : undefined;
  return new AppError(code, message, { cause: causeOf(error), ...(wait === undefined ? {} : { retryAfterMs: wait }) });
}

/** Only what helps to find the fault: never the request (it holds the prompt), never the response body. */
function causeOf(error: unknown): Error {
  if (APICallError.isInstance(error)) {
    const inner = error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return new Error(`HTTP ${error.statusCode ?? 'without answer'} from ${new URL(error.url).host}${inner}`);
  }
  return new Error(error instanceof Error ? error.name : 'error in the stream');
}
