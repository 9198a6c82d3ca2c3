/** erfc by Chebyshev fitting; relative error below 1.2e-7 everywhere (Press et al., Numerical Recipes, 6.2). */
const ERFC = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
];

function erfc(x: number): number {
  const t = 1 / (1 + Math.abs(x) / 2);
  const polynomial = ERFC.reduceRight((sum, coefficient) => coefficient + t * sum, 0);
  const tail = t * Math.exp(-x * x + polynomial);
  return x >= 0 ? tail : 2 - tail;
}

/** P(Z ≥ z) of the standard normal distribution. */
export function normalUpperTail(z: number): number {
  return erfc(z / Math.SQRT2) / 2;
}
