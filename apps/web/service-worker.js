/* global __FILES__, AbortSignal, caches, fetch, self */
/*
 * Keeps the page itself on the device, so that it opens without a network; what it shows then comes from the device too.
 * The build puts the names of its files, and a hash over them, in place of the two words below.
 */
const FILES = __FILES__;
const CACHE = 'holdfast-shell-__HASH__';
const PAGE = '/index.html';
/** A network that does not answer is as good as none, ms. */
const PATIENCE_MS = 3_000;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  const old = (names) => names.filter((name) => name.startsWith('holdfast-shell-') && name !== CACHE);
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(old(names).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate' && (url.pathname === '/' || /^\/ops(\/|$)/.test(url.pathname))) {
    event.respondWith(page(request));
  } else if (FILES.includes(url.pathname)) {
    event.respondWith(caches.match(request, { cacheName: CACHE }).then((kept) => kept ?? fetch(request)));
  }
});

/** The newest page if the network has it in time, else the kept one. */
async function page(request) {
  const kept = await caches.match(PAGE, { cacheName: CACHE });
  if (kept === undefined) return fetch(request);
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return response.status < 500 ? response : kept;
  } catch {
    return kept;
  }
}
