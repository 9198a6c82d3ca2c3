import type { Step } from './step.js';

/** Names on a dependency cycle among `steps`, in its order, or undefined if there is none. */
export function findCycle(steps: readonly Step[]): readonly string[] | undefined {
  const byName = new Map(steps.map((step) => [step.name, step]));
  const finished = new Set<string>();

  function visit(name: string, path: readonly string[]): readonly string[] | undefined {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (finished.has(name)) return undefined;
    for (const next of byName.get(name)?.after ?? []) {
      const cycle = visit(next, [...path, name]);
      if (cycle !== undefined) return cycle;
    }
    finished.add(name);
    return undefined;
  }

  for (const { name } of steps) {
    const cycle = visit(name, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Whether `step` waits for the step `name`, directly or through others of `steps`, which must have no cycle. */
export function comesAfter(step: Step, name: string, steps: readonly Step[]): boolean {
  return (step.after ?? []).some((earlier) => {
    if (earlier === name) return true;
    const between = steps.find((candidate) => candidate.name === earlier);
    return between !== undefined && comesAfter(between, name, steps);
  });
}
