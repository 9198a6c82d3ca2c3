import { Component, type ReactNode } from 'react';

/** What a fallback may do. */
export interface FallbackProps {
  readonly error: unknown;
  /** Renders the children again. */
  readonly retry: () => void;
}

export interface BoundaryProps {
  readonly children: ReactNode;
  readonly fallback: (props: FallbackProps) => ReactNode;
  /** A changed value renders the children again: what failed may work with it. */
  readonly resetKey?: string | number;
}

interface BoundaryState {
  readonly failed: { readonly error: unknown } | null;
  readonly resetKey: string | number | undefined;
}

/** Shows a fallback in place of children that threw while rendering; everything outside goes on. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override readonly state: BoundaryState = { failed: null, resetKey: this.props.resetKey };

  static getDerivedStateFromError(error: unknown): Partial<BoundaryState> {
    return { failed: { error } };
  }

  static getDerivedStateFromProps(props: BoundaryProps, state: BoundaryState): Partial<BoundaryState> | null {
    return props.resetKey === state.resetKey ? null : { failed: null, resetKey: props.resetKey };
  }

  override render(): ReactNode {
    const { failed } = this.state;
    if (failed === null) return this.props.children;
    return this.props.fallback({
      error: failed.error,
      retry: () => {
        this.setState({ failed: null });
      },
    });
  }
}
