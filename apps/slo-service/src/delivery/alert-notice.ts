/** What people are told of an alert: that it fires, with what severity, or that it is over. */
export interface AlertNotice {
  readonly slo: string;
  /** Title of the SLO. */
  readonly title: string;
  readonly service: string;
  readonly kind: 'burn' | 'budget';
  /** Id of the incident: the same from its first trigger to its resolve. */
  readonly incident: string;
  readonly action: 'trigger' | 'resolve';
  /** What happened, as the state machine of alerts calls it. */
  readonly transition: string;
  readonly severity: 'critical' | 'warning';
  /** When it happened, ms since the Unix epoch. */
  readonly at: number;
  readonly summary: string;
  /** Whatever else helps; targets cut it to their bounds. */
  readonly detail: Record<string, unknown>;
}
