// The page "Your progress": fills its table, and exports, imports and erases what progress.js keeps.
"use strict";
(() => {
  const store = window.mldesignProgress;
  const box = document.getElementById("progress");
  if (!store || !box) return;
  const said = Object.assign(document.createElement("p"), { id: "progress-said" });
  said.setAttribute("role", "status");

  const show = (message) => {
    const pages = store.read() ?? {};
    for (const row of box.querySelectorAll("tr[data-page]")) {
      const entry = pages[row.dataset.page] ?? { quiz: {} };
      const answers = Object.values(entry.quiz);
      const right = answers.filter(Boolean).length;
      row.cells[1].textContent = entry.done ? `✓ ${entry.done}` : "–";
      const of = row.dataset.questions;
      row.cells[2].textContent = of === "0" ? "no questions" : answers.length ? `${right} right at first, ${answers.length} of ${of} answered` : `0 of ${of} answered`;
    }
    said.textContent = message ?? store.problem;
  };

  const button = (text, action) => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    made.addEventListener("click", action);
    return made;
  };

  const file = Object.assign(document.createElement("input"), { type: "file", accept: ".json,application/json", id: "progress-file" });
  const label = Object.assign(document.createElement("label"), { textContent: "Import a file: ", htmlFor: "progress-file" });
  file.addEventListener("change", async () => {
    if (!file.files[0]) return;
    let found;
    try {
      found = store.clean(JSON.parse(await file.files[0].text()).pages);
    } catch {
      found = {};
    }
    const count = Object.keys(found).length;
    if (!count) return show("That file holds no progress of this course. Choose one that you exported here. Nothing was changed.");
    const merged = store.read() ?? {};
    for (const [name, entry] of Object.entries(found)) {
      merged[name] = { ...entry, ...merged[name], quiz: { ...entry.quiz, ...merged[name]?.quiz } };
    }
    show(store.write(store.clean(merged)) ? `Imported: ${count} pages. What this browser already had was kept.` : undefined);
  });

  const save = button("Export as a file", () => {
    const data = JSON.stringify({ format: 1, pages: store.read() ?? {} }, null, 1);
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([data], { type: "application/json" })), download: "progress.json" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    show("progress.json was handed to your downloads.");
  });
  const erase = button("Erase", () => {
    if (!confirm("Erase what this browser has kept about this course? An exported file is not touched.")) return;
    store.erase();
    show("Erased.");
  });
  const row = Object.assign(document.createElement("div"), { className: "progress-done" });
  row.append(save, erase, label, file);
  box.querySelector(".progress-tools").append(row, said);
  show();
})();
