import { createContext, useContext } from 'react';
import type { Level } from '../ladder/levels.js';

/** Called while what a boundary contains is drawn; it may throw, to see what a fault there does. */
export type FaultInjector = (level: Level, scope: string) => void;

/** For tests and panels of developers: a new function draws every boundary's content again. Null = nothing is injected. */
export const FaultContext = createContext<FaultInjector | null>(null);

/** Where an injected fault of a boundary's content comes from. */
export function FaultPoint({ level, scope }: { readonly level: Level; readonly scope: string }) {
  useContext(FaultContext)?.(level, scope);
  return null;
}
