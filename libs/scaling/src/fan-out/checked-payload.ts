import { SERVER_EVENTS, type ServerEvent, type ServerEventName } from '@holdfast/contracts';
import { metrics, type Logger } from '@holdfast/observability';

/** The declared part of a payload; an invalid one is a fault of ours, which is logged and told to nobody. */
export function checkedPayload<N extends ServerEventName>(
  logger: Logger,
  event: N,
  payload: ServerEvent<N>,
): ServerEvent<N> | undefined {
  const parsed = SERVER_EVENTS[event].safeParse(payload);
  if (parsed.success) return parsed.data as ServerEvent<N>;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  logger.error({ event, problems }, 'an event that breaks its schema was not sent');
  metrics.counter('holdfast_publish_failures_total').inc({ kind: 'invalid' });
  return undefined;
}
