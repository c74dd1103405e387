"use strict";
// Comfort for the survey form; without it the page's own buttons do the same work.
(() => {
  const form = document.querySelector("form.survey-form");
  if (!form) return;
  const field = (name) => form.elements.namedItem(name);

  for (const button of form.querySelectorAll("[data-unknown]")) {
    button.hidden = false;
    button.addEventListener("click", () => { field(button.dataset.unknown).value = "?"; field(button.dataset.unknown).focus(); keep(); });
  }

  const addRow = (button) => {
    const rows = button.closest("fieldset").querySelectorAll(".lot");
    const copy = rows[rows.length - 1].cloneNode(true);
    const [before, after] = [copy.dataset.row, button.dataset.addRow];
    const [key, number] = after.split("#");
    for (const tag of copy.querySelectorAll("[id], [name], [for], [aria-describedby]")) {
      for (const name of ["id", "name", "for"]) {
        if (tag.hasAttribute(name)) tag.setAttribute(name, tag.getAttribute(name).replace(before, after));
      }
      if (tag.tagName !== "INPUT") continue;
      // A new row has neither the values nor the faults of the one before it.
      tag.value = tag.defaultValue = "";
      tag.classList.remove("is-invalid");
      tag.removeAttribute("aria-invalid");
      tag.removeAttribute("aria-describedby");
    }
    for (const told of copy.querySelectorAll(".invalid-feedback")) told.remove();
    copy.dataset.row = after;
    button.dataset.addRow = `${key}#${Number(number) + 1}`;
    rows[rows.length - 1].after(copy);
    return copy;
  };
  for (const button of form.querySelectorAll("[data-add-row]")) {
    button.hidden = false;
    button.addEventListener("click", () => addRow(button).querySelector("input").focus());
  }

  // A block copied from Excel spreads over the fields from here on, column by column, row by row.
  form.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    const lot = event.target.closest(".lot");
    if (!lot || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    const lots = [...form.querySelectorAll(".lot")];
    const inputs = (row) => (row ? [...row.querySelectorAll(":scope > div > input")] : []);
    const column = inputs(lot).indexOf(event.target);
    const left = [];
    text.trimEnd().split(/\r?\n/).forEach((line, down) => {
      line.split("\t").forEach((value, right) => {
        const cell = inputs(lots[lots.indexOf(lot) + down])[column + right];
        if (cell) cell.value = value.trim();
        else if (value.trim()) left.push(value.trim());
      });
    });
    const told = form.querySelector("[data-not-pasted]");
    told.hidden = left.length === 0;
    told.querySelector("span").textContent = left.join("; ");
    keep();
  });

  // What was typed survives a session that ends in mid-form: it is kept in this browser, field by field with what the page
  // showed before, until the server shows the same.
  const place = form.dataset.keep;
  if (!place) return;
  const base = JSON.parse(form.elements.base.value);
  const touched = () => {
    const typed = {};
    for (const [name, value] of new FormData(form)) {
      const first = name in base ? base[name] : (field(name)?.tagName === "SELECT" ? "ward" : "");
      if (name !== "csrf_token" && name !== "base" && value.trim() !== first) typed[name] = [base[name] ?? "", value];
    }
    return typed;
  };
  const keep = () => {
    try {
      const typed = touched();
      if (Object.keys(typed).length) sessionStorage.setItem(place, JSON.stringify(typed));
      else sessionStorage.removeItem(place);
    } catch { /* storage is full or forbidden */ }
  };
  const restore = (typed) => {
    let restored = false;
    for (const [name, [shown, value]] of Object.entries(typed)) {
      const button = form.querySelector(`[data-add-row^="${CSS.escape(name.split(/[.#]/)[0])}#"]`);
      // Rows that were added have to be added again first.
      for (let tries = 0; !field(name) && button && name.includes("#") && tries < 200; tries += 1) addRow(button);
      const tag = field(name);
      if (!tag || tag.value === value) continue;
      tag.value = value;
      // What somebody else saved meanwhile is for the server to ask about, so it has to know what was shown before.
      base[name] = shown;
      restored = true;
    }
    form.elements.base.value = JSON.stringify(base);
    form.querySelector("[data-restored]").hidden = !restored;
  };

  const kept = sessionStorage.getItem(place);
  // On a slow line people type before this script is here: that is newer than what was kept.
  const early = touched();
  if (kept) restore({ ...JSON.parse(kept), ...early });
  keep();
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("submit", keep);
})();
