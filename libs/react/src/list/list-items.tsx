import type { ComponentProps } from 'react';

/** The virtualiser takes pointer events away while the view moves; here it moves as long as an answer is written. */
export function ListItems({ style, ...props }: ComponentProps<'div'>) {
  return <div {...props} style={{ ...style, pointerEvents: undefined }} />;
}
