// Keeps what a reader has opened, so that it opens again without a network. Written to the top of the site by mldesign/site/offline.py.
"use strict";
const PREFIX = `mldesign:${new URL(self.registration.scope).pathname}:`;
const CACHE = PREFIX + "VERSION"; // another build, another cache
const FIXED = /\/(_static|_images)\//; // the same for a whole build: no need to ask again

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  const old = async () => {
    for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(old());
});

const keep = async (request, response) => {
  if (response.ok && response.type === "basic") await (await caches.open(CACHE)).put(request, response.clone());
  return response;
};
const kept = async (request) => (await caches.open(CACHE)).match(request, { ignoreSearch: request.mode === "navigate" });

const answer = async (request, url) => {
  const known = FIXED.test(url.pathname) ? await kept(request) : undefined;
  if (known) return known;
  try {
    return await keep(request, await fetch(request));
  } catch (error) {
    const found = await kept(request);
    if (found) return found;
    if (request.mode !== "navigate") throw error;
    const text = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Not here yet</title><h1>This page was not opened before</h1><p>There is no network now, and only pages that were opened in this browser are kept. Go back, or to the <a href="${self.registration.scope}">cover</a>.</p></html>`;
    return new Response(text, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
  }
};

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method === "GET" && event.request.url.startsWith(self.registration.scope) && !url.pathname.endsWith("/sw.js")) {
    event.respondWith(answer(event.request, url));
  }
});

// What the first page had loaded before this worker stood.
self.addEventListener("message", (event) => {
  const fetched = async () => {
    for (const address of event.data) {
      try {
        const request = new Request(address);
        if (address.startsWith(self.registration.scope) && !(await kept(request))) await keep(request, await fetch(request));
      } catch {}
    }
  };
  if (Array.isArray(event.data)) event.waitUntil(fetched());
});
