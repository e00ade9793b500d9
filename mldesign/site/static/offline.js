// Lets the pages that were opened open again without a network. Not on an author's own machine, where a page must never be an old one.
"use strict";
(() => {
  const own = /^(localhost|127\.|\[::1\])/.test(location.hostname) && !new URLSearchParams(location.search).has("try-offline");
  if (!("serviceWorker" in navigator) || own) return;
  const root = new URL(document.documentElement.dataset.content_root || "./", location.href);
  const start = async () => {
    try {
      await navigator.serviceWorker.register(new URL("sw.js", root));
      const worker = (await navigator.serviceWorker.ready).active;
      const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
      worker.postMessage([location.href.split("#")[0], ...loaded]);
    } catch {} // a browser that refuses only loses this
  };
  document.readyState === "complete" ? start() : addEventListener("load", start);
})();
