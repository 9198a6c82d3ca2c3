import type { Readable } from '@holdfast/client';
import { FaultContext, useReadable } from '@holdfast/react';
import type { ReactNode } from 'react';
import type { PanelControl } from './panel-control.js';
import { panelWanted } from './panel-wanted.js';

type Injector = ReturnType<PanelControl['faults']['getSnapshot']>;

const NONE: Readable<Injector> = { getSnapshot: () => null, subscribe: () => () => undefined };

let control: PanelControl | null = null;

/** Loads the development panel where it is wanted; its code is loaded nowhere else. */
export async function loadPanel(): Promise<void> {
  const initial = panelWanted();
  if (initial === null) return;
  const { startPanel } = await import('./start-panel.js');
  control = startPanel(initial);
}

/** What breaks this page on purpose; null = nothing. */
export function panelControl(): PanelControl | null {
  return control;
}

/** Lets the panel break what is below. */
export function Injection({ children }: { readonly children: ReactNode }) {
  return <FaultContext value={useReadable(control?.faults ?? NONE)}>{children}</FaultContext>;
}
