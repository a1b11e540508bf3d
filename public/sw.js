// Keeps the page usable without a network. The build fills in the three constants (xtask/src/hooks.rs).
// A version is complete or absent: it is fetched whole into a cache of its own name, waits until no page of the version
// before it is open, and then answers for every file, so a page never meets the files of another version.
'use strict';
const VERSION = '{{version}}';
const BOOT = '{{boot}}';
const FILES = ['{{files}}'];

const PREFIX = 'training-compute ';
const NAME = PREFIX + VERSION + ' ' + registration.scope;
const HASHED = /-[0-9a-f]{16}(_bg)?\.\w+$/;
const address = (file) => new URL(file, registration.scope).href;

addEventListener('install', (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(NAME);
    await Promise.all(FILES.map(async (file) => {
      const url = address(file);
      // A name that carries a hash of its contents never goes stale: take what an earlier version or the browser holds.
      const kept = HASHED.test(file) && (await caches.match(url));
      if (kept) return cache.put(url, kept);
      const answer = await fetch(url, { cache: HASHED.test(file) ? 'default' : 'no-cache' });
      if (!answer.ok || answer.redirected) throw new Error(`${answer.status} for ${url}`);
      await cache.put(url, answer);
    }));
    // The host may be in the middle of an update: an index.html of another version would name files that are not here.
    const index = await (await cache.match(address('./'))).text();
    if (!index.includes(BOOT)) {
      await caches.delete(NAME);
      throw new Error('index.html is of another version');
    }
  })());
});

addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith(PREFIX) && name.endsWith(' ' + registration.scope) && name !== NAME) await caches.delete(name);
    }
    await clients.claim();
  })());
});

addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || !request.url.startsWith(registration.scope)) return;
  url.search = '';
  url.hash = '';
  if (request.mode === 'navigate' && url.href === address('index.html')) url.href = address('./');
  // What was typed stands in the query; the file is the same for all of it.
  event.respondWith((async () => {
    const kept = await (await caches.open(NAME)).match(url.href);
    return kept ?? fetch(request);
  })());
});
