import { Component, type ContextType, type ReactNode } from 'react';
import { LadderContext } from '../ladder/ladder-context.js';
import type { Decision } from '../ladder/ladder.js';
import type { Level } from '../ladder/levels.js';
import { Escalation } from './escalation.js';
import { FallbackGuard } from './fallback-guard.js';
import { FaultPoint } from './fault-point.js';

/** What a fallback may do and say. */
export interface FallbackProps {
  readonly error: unknown;
  /** True while another try follows by itself. */
  readonly retrying: boolean;
  /** It failed so often that only a person starts another try. */
  readonly quarantined: boolean;
  /** Renders the children again, now. */
  readonly retry: () => void;
}

export interface BoundaryProps {
  readonly children: ReactNode;
  readonly level: Level;
  /** What is inside: a message id, a thread id; the ladder remembers it under this name. */
  readonly scope: string;
  /** The thread that a message belongs to. */
  readonly threadId?: string;
  /** Draws what is shown instead. It should need nothing that may have failed. */
  readonly fallback: (props: FallbackProps) => ReactNode;
  /** A changed value renders the children again: what failed may work with it. */
  readonly resetKey?: string | number;
}

interface BoundaryState {
  /** `decision` is null until the ladder was asked. */
  readonly failed: { readonly error: unknown; readonly decision: Decision | null } | null;
  readonly resetKey: string | number | undefined;
}

/**
 * Shows a fallback in place of children that threw while rendering; everything outside goes on. What follows is the
 * ladder's decision: another try by itself, a wait for a person, or the next level.
 */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  static override readonly contextType = LadderContext;
  declare context: ContextType<typeof LadderContext>;
  override readonly state: BoundaryState = { failed: null, resetKey: this.props.resetKey };
  #timer: ReturnType<typeof setTimeout> | undefined;

  static getDerivedStateFromError(error: unknown): Partial<BoundaryState> {
    return { failed: { error, decision: null } };
  }

  static getDerivedStateFromProps(props: BoundaryProps, state: BoundaryState): Partial<BoundaryState> | null {
    return props.resetKey === state.resetKey ? null : { failed: null, resetKey: props.resetKey };
  }

  /** The level that a report about this fault names. */
  get level(): Level {
    return this.props.level;
  }

  get scope(): string {
    return this.props.scope;
  }

  override componentDidCatch(error: unknown): void {
    const { level, scope, threadId } = this.props;
    const cause = error instanceof Escalation ? error.cause : error;
    const decision = this.context.failed({
      level,
      scope,
      error: cause,
      ...(threadId === undefined ? {} : { threadId }),
    });
    this.setState({ failed: { error: cause, decision } });
    if (decision.action === 'retry') this.#timer = setTimeout(this.#again, decision.afterMs);
  }

  override componentDidUpdate(before: BoundaryProps): void {
    if (before.resetKey === this.props.resetKey) return;
    clearTimeout(this.#timer);
    this.context.released(this.props.level, this.props.scope);
  }

  override componentWillUnmount(): void {
    clearTimeout(this.#timer);
  }

  override render(): ReactNode {
    const { failed } = this.state;
    if (failed === null) {
      return (
        <>
          <FaultPoint level={this.props.level} scope={this.props.scope} />
          {this.props.children}
        </>
      );
    }
    const { error, decision } = failed;
    if (decision?.action === 'escalate') throw new Escalation(this.props.level, error);
    const retrying = decision?.action !== 'wait';
    const quarantined = decision?.action === 'wait' && decision.quarantined;
    return <FallbackGuard draw={() => this.props.fallback({ error, retrying, quarantined, retry: this.#retry })} />;
  }

  readonly #again = (): void => {
    this.setState({ failed: null });
  };

  readonly #retry = (): void => {
    clearTimeout(this.#timer);
    this.context.released(this.props.level, this.props.scope);
    this.#again();
  };
}
