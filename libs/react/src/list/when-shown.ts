/** A row that was scrolled to appears within a few frames. */
const MAX_FRAMES = 40;

/**
 * Calls `then` with the element that `find` finds, as soon as it is there and visible, within some frames. Returns how
 * to give up.
 */
export function whenShown(
  find: () => HTMLElement | null | undefined,
  then: (element: HTMLElement) => void,
): () => void {
  let frames = 0;
  let frame = 0;
  const look = (): void => {
    const element = find();
    if (element != null && getComputedStyle(element).visibility !== 'hidden') {
      then(element);
      return;
    }
    frames += 1;
    if (frames < MAX_FRAMES) frame = requestAnimationFrame(look);
  };
  look();
  return () => {
    cancelAnimationFrame(frame);
  };
}
