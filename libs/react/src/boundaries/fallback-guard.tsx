import { Component, type ReactNode } from 'react';

/** Draws a fallback; one that throws itself is replaced by words alone, so that it hides nothing but itself. */
export class FallbackGuard extends Component<{ readonly draw: () => ReactNode }, { readonly failed: boolean }> {
  override readonly state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (this.state.failed) return <p role="alert">This part stopped working. Reload the page to go on.</p>;
    return <Drawn draw={this.props.draw} />;
  }
}

/** A component of its own, so that what `draw` throws reaches the guard. */
function Drawn({ draw }: { readonly draw: () => ReactNode }): ReactNode {
  return draw();
}
