/** Lets the page open without a network from its second visit on. Absent where the page is not in a secure context. */
export function registerShell(): void {
  const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
  // Forbidden in private windows of some browsers: the page then needs the network to open.
  serviceWorker?.register('/sw.js').catch(() => undefined);
}
