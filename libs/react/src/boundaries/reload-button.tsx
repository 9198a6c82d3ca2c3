import { noteReload } from '../ladder/safe-mode.js';

/** Reloads the page, and counts it, so that a page that never recovers comes up in safe mode. */
export function ReloadButton() {
  return (
    <button
      type="button"
      onClick={() => {
        noteReload(sessionStorage, Date.now());
        location.reload();
      }}
    >
      Reload the page
    </button>
  );
}
