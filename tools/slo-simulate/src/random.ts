import { seeded } from '@holdfast/testing';
/** Above this mean the normal distribution is as good. */
const LARGE_MEAN = 50;

/** Repeatable numbers of a Poisson distribution: how many of many independent events fall into a span. */
export function poisson(seed: number): (mean: number) => number {
  const random = seeded(seed);
  return (mean) => {
    if (mean > LARGE_MEAN) {
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
    }
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = random(); product > limit; product *= random()) count += 1;
    return count;
  };
}
