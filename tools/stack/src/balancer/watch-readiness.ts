import { isReady } from '../apps/readiness.js';
import type { Backend } from './balancer.js';

const INTERVAL_MS = 500;

/** Probes the readiness of `backends` until the returned function is called. */
export function watchReadiness(backends: readonly Backend[]): () => void {
  const probe = async (backend: Backend) => {
    backend.ready = await isReady(backend.port);
  };
  let pending = false;
  const timer = setInterval(() => {
    if (pending) return;
    pending = true;
    void Promise.all(backends.map(probe)).finally(() => (pending = false));
  }, INTERVAL_MS);
  return () => {
    clearInterval(timer);
  };
}
