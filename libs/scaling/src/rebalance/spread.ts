/** (largest - mean) / mean of the counts; 0 if all are 0. */
export function spreadOf(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return total === 0 ? 0 : (Math.max(...counts) * counts.length) / total - 1;
}
