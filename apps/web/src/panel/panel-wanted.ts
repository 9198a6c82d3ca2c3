/** Set by Vite: true in the development server, and in builds of another mode than production (`--mode panel`). */
declare const __PANEL__: boolean;

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * The state that the panel shall begin with, empty = none; null = no panel. It exists in development only: by the
 * development server, by a flag of the build, or where a development machine serves the page to itself.
 */
export function panelWanted(): string | null {
  if (!__PANEL__ && !LOOPBACK.test(location.hostname)) return null;
  const wanted = new URLSearchParams(location.search).get('panel');
  if (wanted === null) return null;
  return wanted === '1' ? '' : wanted;
}
