import { normalUpperTail } from './normal.js';

/** Above this variance the normal distribution is as good, and summing would take long. */
const NORMAL_VARIANCE = 1e8;
const LOG_2_PI = Math.log(2 * Math.PI);

/** ln n! minus Stirling's formula: exact for small n, where the series is not. */
function stirlingError(n: number): number {
  if (n === 0) return 0;
  if (n > 15) {
    const square = n * n;
    return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / square) / square) / square) / n;
  }
  let logFactorial = 0;
  for (let factor = 2; factor <= n; factor += 1) logFactorial += Math.log(factor);
  return logFactorial - ((n + 0.5) * Math.log(n) - n + 0.5 * LOG_2_PI);
}

/** x ln(x / mean) + mean − x, without cancellation where x is near the mean. */
function deviance(x: number, mean: number): number {
  if (x === 0) return mean;
  const v = (x - mean) / (x + mean);
  if (Math.abs(v) >= 0.1) return x * Math.log(x / mean) + mean - x;
  let sum = (x - mean) * v;
  let term = 2 * x * v;
  for (let odd = 3; ; odd += 2) {
    term *= v * v;
    const next = sum + term / odd;
    if (next === sum) return sum;
    sum = next;
  }
}

/** P(X = k); C. Loader, Fast and Accurate Computation of Binomial Probabilities (2000). Needs 0 < k < n. */
function probability(k: number, n: number, p: number): number {
  const stirling = stirlingError(n) - stirlingError(k) - stirlingError(n - k);
  const log = stirling - deviance(k, n * p) - deviance(n - k, n * (1 - p));
  return Math.exp(log) * Math.sqrt(n / (2 * Math.PI * k * (n - k)));
}

/**
 * P(X ≥ k) of `n` independent trials that each come out with probability `p`, 0 < p < 1; `k` and `n` are whole.
 * Relative error below 1e-9; above a variance of 1e8 that of the normal approximation, still small where decisions fall.
 */
export function binomialUpperTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  const mean = n * p;
  const variance = mean * (1 - p);
  if (variance > NORMAL_VARIANCE) return normalUpperTail((k - 0.5 - mean) / Math.sqrt(variance));
  // The tail that does not contain the mean is the one whose terms fall from the first on.
  if (k <= mean) return 1 - binomialUpperTail(n - k + 1, n, 1 - p);
  if (k === n) return p ** n;
  const odds = p / (1 - p);
  let term = probability(k, n, p);
  let sum = term;
  for (let i = k; i < n && term > sum * 1e-12; i += 1) {
    term *= ((n - i) / (i + 1)) * odds;
    sum += term;
  }
  return Math.min(1, sum);
}
