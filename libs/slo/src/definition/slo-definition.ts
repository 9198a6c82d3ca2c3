/** What one SLO promises. Plain data: definitions are stored, revised and compared. */
export interface SloDefinition {
  /** Lower-case words joined by hyphens. */
  readonly id: string;
  /** Raised by every change, so that a status says by which promise it judged. */
  readonly revision: number;
  readonly title: string;
  /** How the indicator is measured: what is good, what is bad, what is left out. */
  readonly indicator: string;
  /** Alerts are grouped by it. */
  readonly service: string;
  readonly unit: 'events' | 'connection-seconds';
  /** Part of all units that has to be good, above 0 and below 1. */
  readonly objective: number;
  /** Whether a share of exactly the objective keeps the promise ("95 % of") or breaks it ("above 99.5 %"). */
  readonly comparison: 'at-least' | 'above';
  /** A unit that has not ended well after this many ms is bad; null if no time is promised. */
  readonly deadlineMs: number | null;
  /** Length of the rolling window of the budget, in ms: whole hours. */
  readonly windowMs: number;
  /**
   * How many units one independent observation makes. Events are observations (1); a lost connection makes up to 300 bad
   * seconds at once, which are one observation, not 300.
   */
  readonly unitsPerSample: number;
  /** Ids of the SLOs whose alerts explain this one's. */
  readonly dependsOn: readonly string[];
}

/** The part of all units that may be bad: 1 − objective, without the noise of the subtraction (1 − 0.999 is not 0.001). */
export function budgetOf({ objective }: Pick<SloDefinition, 'objective'>): number {
  return Math.round((1 - objective) * 1e12) / 1e12;
}
