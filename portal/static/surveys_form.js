"use strict";
// Comfort for the survey form; without it the page's own buttons do the same work.
(() => {
  const { person, saved } = document.currentScript.dataset;
  const PREFIX = "survey-";

  // What was typed is kept in this tab until the server has it, and no longer: not for the next person, not after signing out.
  const forget = (isMeant) => { for (const place of Object.keys(sessionStorage)) if (place.startsWith(PREFIX) && isMeant(place)) sessionStorage.removeItem(place); };
  forget((place) => !place.startsWith(`${PREFIX}${person}-`) || place === PREFIX + saved);
  document.querySelector('form[action$="/sign-out"]')?.addEventListener("submit", () => forget(() => true));

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
    for (const tag of copy.querySelectorAll("[id], [name], [for]")) {
      for (const name of ["id", "name", "for"]) {
        if (tag.hasAttribute(name)) tag.setAttribute(name, tag.getAttribute(name).replace(before, after));
      }
      if (tag.tagName === "INPUT") { tag.value = ""; tag.removeAttribute("value"); tag.removeAttribute("aria-invalid"); tag.removeAttribute("aria-describedby"); tag.classList.remove("is-invalid"); }
      if (tag.tagName === "SELECT") tag.selectedIndex = 0;
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

  // A block copied from Excel spreads over the fields from here on, column by column, row by row; what finds no place is told.
  form.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text").trimEnd();
    const lot = event.target.closest(".lot");
    if (!lot || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const lots = [...form.querySelectorAll(".lot")];
    const inputs = (row) => [...row.querySelectorAll(":scope > div > input")];
    const column = Math.max(0, inputs(lot).indexOf(event.target));
    const left = [];
    text.split(/\r?\n/).forEach((line, down) => {
      const cells = lots[lots.indexOf(lot) + down] ? inputs(lots[lots.indexOf(lot) + down]) : [];
      line.split("\t").forEach((value, right) => {
        const cell = cells[column + right];
        if (cell) cell.value = value.trim(); else if (value.trim()) left.push(value.trim());
      });
    });
    const told = form.querySelector("[data-not-taken]");
    told.hidden = left.length === 0;
    told.querySelector("span").textContent = left.slice(0, 20).join("; ") + (left.length > 20 ? `; … (${left.length})` : "");
    if (left.length) told.scrollIntoView({ block: "center" });
    keep();
  });

  // A page that is only read has no place, and is never filled in.
  const place = form.dataset.keep && PREFIX + form.dataset.keep;
  const given = place ? JSON.parse(field("base").value) : {};
  function keep() {
    if (!place) return;
    const changed = {};
    for (const [name, value] of new FormData(form)) {
      if (name === "csrf_token" || name === "base" || value === (given[name] ?? "")) continue;
      changed[name] = { base: given[name] ?? "", mine: value };
    }
    try {
      if (Object.keys(changed).length) sessionStorage.setItem(place, JSON.stringify(changed)); else sessionStorage.removeItem(place);
    } catch { /* storage is full or forbidden */ }
  }

  // Field by field: what the server has by now is done with; what somebody else changed meanwhile keeps the base that I saw,
  // so that saving asks which of the two is right.
  const bringBack = () => {
    let brought = false;
    for (const [name, { base, mine }] of Object.entries(JSON.parse(sessionStorage.getItem(place) ?? "{}"))) {
      const [, key, number] = /^([^.#]+)(?:#(\d+))?/.exec(name);
      const button = form.querySelector(`[data-add-row^="${CSS.escape(key)}#"]`);
      while (!field(name) && button && number && Number(button.dataset.addRow.split("#")[1]) <= Number(number)) addRow(button);
      const tag = field(name);
      if (!tag || mine === (given[name] ?? "") || tag.value !== (given[name] ?? "")) continue;
      tag.value = mine;
      given[name] = base;
      brought = true;
      tag.closest?.("details")?.setAttribute("open", "");
    }
    field("base").value = JSON.stringify(given);
    form.querySelector("[data-restored]").hidden = !brought;
  };
  if (!place) return;
  bringBack();
  // On a slow line people type before this script is here.
  keep();
  form.addEventListener("input", keep);
  form.addEventListener("submit", keep);
})();
