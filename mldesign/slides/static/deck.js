// Slides on a wide screen. On a phone, without this script, and with ?notes, a deck is one page to read from top to bottom.
(() => {
  const asked = new URLSearchParams(location.search), root = document.documentElement;
  const small = matchMedia("(max-width: 700px), (max-height: 420px)").matches;
  const look = (id, media) => { document.getElementById(id).media = media; };
  if (asked.has("notes")) {
    root.classList.add("with-notes");
    look("slide-css", "not all");
    return;
  }
  if (small && !asked.has("receiver")) return; // the speaker view shows slides in small frames
  look("reveal-css", "screen");
  look("slide-css", "all");
  Reveal.initialize({
    width: 1280, height: 720, margin: 0.02, center: false, hash: true, transition: "none", backgroundTransition: "none",
    slideNumber: "c/t", navigationMode: "linear", controlsTutorial: false, scrollActivationWidth: 0, plugins: [RevealNotes],
  });
})();
