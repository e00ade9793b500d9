// What a reader has done, kept in this browser and nowhere else: pages marked as done, and which option of a question was opened first.
"use strict";
(() => {
  const root = new URL(document.documentElement.dataset.content_root || "./", location.href);
  const KEY = `mldesign:${root.pathname}`; // one host may carry several books
  const page = DOCUMENTATION_OPTIONS.pagename;
  const WORK = /^(modules\/\d\d-[^/]+\/(\d\d-[^/]+|getting-ready)|labs\/lab\d+-[^/]+|labs\/capstone\/walking-skeleton)$/;
  const known = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

  // Keep only what has the right form, so that a file from elsewhere or an older book does no harm.
  const clean = (pages) => {
    const found = {};
    for (const [name, entry] of Object.entries(known(pages) ? pages : {})) {
      if (!/^[\w./-]{1,120}$/.test(name) || !known(entry)) continue;
      const quiz = Object.entries(known(entry.quiz) ? entry.quiz : {}).filter(([number, result]) => /^\d{1,2}$/.test(number) && typeof result === "boolean");
      const done = /^\d{4}-\d\d-\d\d$/.test(entry.done) ? { done: entry.done } : {};
      if (done.done || quiz.length) found[name] = { ...done, quiz: Object.fromEntries(quiz) };
    }
    return found;
  };

  const store = {
    problem: "",
    clean,
    read() {
      let text;
      try {
        text = localStorage.getItem(KEY);
      } catch {
        store.problem = "This browser does not let the site keep anything, as in some private windows. Everything else works.";
        return {};
      }
      if (text === null) return {};
      try {
        const found = JSON.parse(text);
        if (!known(found) || !known(found.pages)) throw new Error();
        return clean(found.pages);
      } catch {
        store.problem = "What this browser had kept cannot be read. Erase it below, or import a file that you exported.";
        return null;
      }
    },
    write(pages) {
      try {
        localStorage.setItem(KEY, JSON.stringify({ format: 1, pages }));
        store.problem = "";
        return true;
      } catch {
        store.problem = "This browser does not let the site keep anything, as in some private windows. Everything else works.";
        return false;
      }
    },
    erase() {
      try {
        localStorage.removeItem(KEY);
        store.problem = "";
      } catch {}
    },
    change(edit) {
      const pages = store.read() ?? {};
      const entry = (pages[page] ??= { quiz: {} });
      edit(entry);
      return store.write(clean(pages));
    },
  };
  window.mldesignProgress = store;

  const make = (name, text, attributes = {}) => Object.assign(document.createElement(name), { textContent: text, ...attributes });

  const marks = () => {
    const pages = store.read() ?? {};
    document.querySelectorAll(".progress-mark").forEach((mark) => mark.remove());
    const links = document.querySelectorAll(/(^|\/)index$/.test(page) ? ".bd-sidebar-primary a.reference, article a.reference" : ".bd-sidebar-primary a.reference");
    for (const link of links) {
      const target = new URL(link.getAttribute("href"), location.href);
      const name = target.pathname.startsWith(root.pathname) && !target.hash ? target.pathname.slice(root.pathname.length).replace(/\.html$/, "") : "";
      const here = link.getAttribute("href") === "#" ? page : name;
      if (pages[here]?.done) link.append(make("span", " ✓ done", { className: "progress-mark" }));
    }
  };

  const button = () => {
    const article = document.querySelector("article.bd-article");
    if (!WORK.test(page) || !article) return;
    const box = make("div", "", { className: "progress-done" });
    const press = make("button", "", { type: "button" });
    const said = make("span", "");
    said.setAttribute("role", "status");
    const show = () => {
      const done = store.read()?.[page]?.done;
      press.textContent = done ? "Not done after all" : "Mark this page as done";
      said.textContent = store.problem || (done ? `✓ Done on ${done}.` : "");
      marks();
    };
    press.addEventListener("click", () => {
      const today = new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10);
      const kept = store.change((entry) => (entry.done ? delete entry.done : (entry.done = today)));
      kept ? show() : (said.textContent = store.problem);
    });
    box.append(press, said, make("a", "Your progress", { href: new URL("modules/progress.html", root).href }));
    article.append(box);
    show();
  };

  const quiz = () => {
    for (const strong of document.querySelectorAll("article p > strong:first-child")) {
      const number = /^Question (\d+)\.$/.exec(strong.textContent.trim())?.[1];
      if (!number) continue;
      const question = strong.parentElement;
      const show = () => {
        const first = store.read()?.[page]?.quiz[number];
        question.querySelector(".progress-answer")?.remove();
        if (first !== undefined) question.append(make("span", first ? " ✓ right at first" : " ○ not at first", { className: "progress-answer" }));
      };
      for (let option = question.nextElementSibling; option?.matches("details"); option = option.nextElementSibling) {
        const right = /^\s*Right\./.test(option.querySelector("summary ~ *")?.textContent ?? "");
        option.querySelector("summary").addEventListener("click", () => {
          if (store.change((entry) => (entry.quiz[number] ??= right))) show();
        });
      }
      show();
    }
  };

  marks();
  button();
  quiz();
})();
