/** `count` of the candidates, each as likely as any other. `random` answers in [0, 1). */
export function choose<T>(candidates: readonly T[], count: number, random: () => number): T[] {
  const left = [...candidates];
  const chosen: T[] = [];
  while (chosen.length < count && left.length > 0) {
    const index = Math.floor(random() * left.length);
    const [picked] = left.slice(index, index + 1);
    const last = left.pop();
    if (picked === undefined || last === undefined) break;
    if (index < left.length) left[index] = last;
    chosen.push(picked);
  }
  return chosen;
}
