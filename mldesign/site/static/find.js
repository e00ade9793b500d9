// The search page: sections whose heading answers the query come first, then pages (a page called by its
// number before all); words that no page has are left out
// instead of giving nothing; an empty result says where to look. Wraps Sphinx's own search, whose index it uses.
"use strict";
(() => {
  const APART = /^(modules\/(glossary|errors)$)/; // pages of entries: the entry is the answer, not the page
  const ASIDE = /\/(further|coverage|tools|grading|instructors|rubric)$|\/teaching\//;
  const ASKING = new Set(["can", "do", "does", "how", "my", "what", "when", "where", "which", "why"]);
  const NAMED = /\b(lab|module|lesson) ?(\d+)(?:\.(\d+))?\b/i; // a page called by its number is what is looked for
  const PLACE = {
    lab: (number) => `^labs/lab${number}-`,
    module: (number) => `^modules/0?${number}-[^/]+/index$`,
    lesson: (number, part) => `^modules/0?${number}-[^/]+/0?${part}-`,
  };
  const named = (query) => {
    const found = NAMED.exec(query);
    const { docnames, titles, filenames } = Search._index;
    const file = found ? docnames.findIndex((name) => new RegExp(PLACE[found[1].toLowerCase()](found[2], found[3])).test(name)) : -1;
    return file < 0 ? [] : [[docnames[file], titles[file], "", null, 1000, filenames[file]]];
  };
  const stemmer = new Stemmer();
  const words = (text) => [
    ...new Set(
      text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => (word.length > 1 || /\d/.test(word)) && !stopwords.includes(word) && !ASKING.has(word)).map((word) => stemmer.stemWord(word)),
    ),
  ];
  const before = Search._performSearch;

  const sections = (wanted) => {
    const { alltitles, titles, docnames, filenames } = Search._index;
    const found = [];
    for (const [title, places] of Object.entries(alltitles)) {
      const own = words(title);
      const hits = wanted.filter((word) => own.includes(word)).length;
      if (!hits || hits / wanted.length < 0.5) continue;
      const score = 20 * (hits / wanted.length) + 10 * (hits / own.length);
      for (const [file, id] of places) {
        const whole = titles[file] === title;
        const aside = ASIDE.test(docnames[file]) ? 12 : 0;
        const entry = APART.test(docnames[file]) ? 3 : 0;
        found.push([docnames[file], whole ? title : `${titles[file]} > ${title}`, id && !whole ? `#${id}` : "", null, score - aside + entry, filenames[file]]);
      }
    }
    return found;
  };

  const score = ([page, , anchor, , value]) => value - (ASIDE.test(page) ? 4 : 0) - (APART.test(page) && !anchor ? 3 : 0) + (/\/0\d-/.test(page.split("/").slice(1).join("/")) ? 1 : 0);

  const order = (a, b) => a[4] - b[4] || (a[0] < b[0] ? 1 : -1);

  Search._performSearch = (query, terms, excluded, highlight, objects) => {
    const wanted = words(query);
    let pages = before(query, terms, excluded, highlight, objects).filter((result) => !result[2]);
    if (!pages.length && terms.size > 1) {
      const sum = new Map();
      for (const term of terms) {
        for (const result of Search.performTermsSearch(new Set([term]), excluded)) {
          const known = sum.get(result[0]);
          if (known) known[4] += result[4];
          else sum.set(result[0], result);
        }
      }
      pages = [...sum.values()];
    }
    const entries = wanted.length ? sections(wanted) : [];
    const answered = new Set(entries.filter((entry) => APART.test(entry[0])).map((entry) => entry[0]));
    const whole = new Set(entries.filter((entry) => !entry[2]).map((entry) => entry[0]));
    pages = pages.filter((page) => !answered.has(page[0]) && !whole.has(page[0]));
    for (const page of pages) page[4] = score(page);
    const [first] = named(query);
    if (first) {
      const others = [...pages, ...entries].filter((result) => result[0] !== first[0] || result[2]);
      return [...others.sort(order), first];
    }
    // Sphinx shows the last first.
    return [...pages, ...entries].sort(order);
  };

  // A summary is taken from the text, not from the buttons and the contents above it.
  const text = Search.htmlToText;
  Search.htmlToText = (page, anchor) => {
    const article = new DOMParser().parseFromString(page, "text/html").querySelector("article");
    return anchor || !article ? text(page, anchor) : text(`<div role="main">${article.innerHTML}</div>`);
  };

  const query = Search.query;
  Search.query = (asked) => {
    query(asked);
    if (Search.output.children.length || !asked.trim()) return;
    setTimeout(() => {
      if (Search.output.children.length) return;
      const help = document.createElement("p");
      const link = (page, name) => `<a href="${page}.html">${name}</a>`;
      help.id = "search-help";
      help.innerHTML = `Try fewer words, or another form of them. Terms stand in the ${link("modules/glossary", "glossary")}, messages on ${link("modules/errors", "When something goes wrong")}, tools and tables in ${link("modules/tools", "their index")}.`;
      Search.output.after(help);
    }, 300);
  };
})();
