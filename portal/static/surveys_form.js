"use strict";
// Comfort for the survey form; without it the page's own buttons do the same work.
(() => {
  const form = document.querySelector("form.survey-form");
  if (!form) return;
  const field = (name) => form.elements.namedItem(name);

  for (const button of form.querySelectorAll("[data-unknown]")) {
    button.hidden = false;
    button.addEventListener("click", () => { field(button.dataset.unknown).value = "?"; field(button.dataset.unknown).focus(); });
  }

  for (const button of form.querySelectorAll("[data-add-row]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const rows = button.closest("fieldset").querySelectorAll(".lot");
      const copy = rows[rows.length - 1].cloneNode(true);
      const [before, after] = [copy.dataset.row, button.dataset.addRow];
      const [key, number] = after.split("#");
      for (const tag of copy.querySelectorAll("[id], [name], [for]")) {
        for (const name of ["id", "name", "for"]) {
          if (tag.hasAttribute(name)) tag.setAttribute(name, tag.getAttribute(name).replace(before, after));
        }
        if (tag.tagName === "INPUT") tag.value = "";
      }
      copy.dataset.row = after;
      button.dataset.addRow = `${key}#${Number(number) + 1}`;
      rows[rows.length - 1].after(copy);
      copy.querySelector("input").focus();
    });
  }

  // A block copied from Excel spreads over the fields from here on, column by column, row by row.
  form.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    const lot = event.target.closest(".lot");
    if (!lot || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    const lots = [...form.querySelectorAll(".lot")];
    const inputs = (row) => [...row.querySelectorAll(":scope > div > input")];
    const column = inputs(lot).indexOf(event.target);
    text.trimEnd().split(/\r?\n/).forEach((line, down) => {
      const target = lots[lots.indexOf(lot) + down];
      if (target) line.split("\t").forEach((value, right) => { const cell = inputs(target)[column + right]; if (cell) cell.value = value.trim(); });
    });
    keep();
  });

  // What was typed survives a session that ends in mid-form: it is kept in this browser until the server has it.
  const place = form.dataset.keep;
  const keep = () => { try { sessionStorage.setItem(place, JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrf_token"))); } catch { /* storage is full or forbidden */ } };
  const kept = sessionStorage.getItem(place);
  if (kept) for (const [name, value] of JSON.parse(kept)) { const tag = field(name); if (tag && name !== "version") tag.value = value; }
  form.addEventListener("input", keep);
  // On a slow line people type before this script is here.
  if (!kept && [...form.elements].some((tag) => tag.type === "radio" ? tag.checked !== tag.defaultChecked : tag.tagName === "INPUT" && tag.value !== tag.defaultValue)) keep();
  for (const old of Object.keys(sessionStorage)) if (old.startsWith("submission-") && old !== place && old.split("-").slice(0, 3).join("-") === place.split("-").slice(0, 3).join("-")) sessionStorage.removeItem(old);
  form.addEventListener("submit", () => { keep(); });
})();
