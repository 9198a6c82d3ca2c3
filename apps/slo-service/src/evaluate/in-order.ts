import type { CurrentDefinition } from '../definitions/definitions.service.js';

/**
 * Each SLO after those that explain it, so that what fires at the same moment is told once. A circle begins where it is
 * entered first.
 */
export function inOrder(definitions: readonly CurrentDefinition[]): CurrentDefinition[] {
  const byId = new Map(definitions.map((definition) => [definition.id, definition]));
  const ordered = new Set<CurrentDefinition>();
  const entered = new Set<string>();
  // A chain may be as long as there are definitions: few enough for the stack.
  const add = (definition: CurrentDefinition) => {
    if (entered.has(definition.id)) return;
    entered.add(definition.id);
    for (const id of definition.dependsOn) {
      const explaining = byId.get(id);
      if (explaining !== undefined) add(explaining);
    }
    ordered.add(definition);
  };
  definitions.forEach(add);
  return [...ordered];
}
