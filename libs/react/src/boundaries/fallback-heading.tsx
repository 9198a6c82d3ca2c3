import { useEffect, useRef } from 'react';

interface FallbackHeadingProps {
  /** The page's own heading, or one inside of it. */
  readonly as: 'h1' | 'h2';
  readonly children: string;
}

/** The heading of a fallback. It takes the focus that went away with what failed, so that a keyboard is not left nowhere. */
export function FallbackHeading({ as: Heading, children }: FallbackHeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const { activeElement, body } = document;
    if (activeElement === null || activeElement === body) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <Heading ref={heading} tabIndex={-1}>
      {children}
    </Heading>
  );
}
