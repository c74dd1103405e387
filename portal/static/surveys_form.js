"use strict";
// Comfort for the survey form; without it the page's own buttons do the same work.
(() => {
  const { person, saved } = document.currentScript.dataset;
  const PREFIX = "survey-";

  // What was typed is kept in this tab until the server has it, and no longer: not for the next person, not after signing out.
  const forget = (isMeant) => {
    for (const place of Object.keys(sessionStorage))
      if (place.startsWith(PREFIX) && isMeant(place)) sessionStorage.removeItem(place);
  };
  forget((place) => !place.startsWith(`${PREFIX}${person}-`) || place === PREFIX + saved);
  document.querySelector('form[action$="/sign-out"]')?.addEventListener("submit", () => forget(() => true));

  const form = document.querySelector("form.survey-form");
  // A section that was left before the server had everything is nowhere else to be seen.
  const unsent = document.querySelector("[data-unsent]");
  const drafts = unsent ? PREFIX + unsent.dataset.unsent : "";
  for (const place of unsent ? Object.keys(sessionStorage).sort() : []) {
    const code = place.slice(drafts.length);
    if (!place.startsWith(drafts) || !/^[A-Za-z0-9.-]+$/.test(code) || code === "send" || place === PREFIX + form?.dataset.keep)
      continue;
    const words = code === "0" ? "Thông tin chung" : `Phần ${code}`;
    unsent.append(" ", Object.assign(document.createElement("a"), { href: unsent.dataset.sections + code, textContent: words }));
    unsent.hidden = false;
  }
  if (!form) return;
  const field = (name) => form.elements.namedItem(name);
  const changed = (tag) => tag.dispatchEvent(new Event("change", { bubbles: true }));

  for (const button of form.querySelectorAll("[data-fill]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const tag = field(button.dataset.fill);
      tag.value = button.dataset.entry;
      changed(tag);
      tag.focus();
    });
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
      if (tag.tagName === "INPUT") {
        tag.value = "";
        tag.removeAttribute("value");
        tag.removeAttribute("aria-invalid");
        tag.removeAttribute("aria-describedby");
        tag.classList.remove("is-invalid");
      }
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
        if (cell) {
          cell.value = value.trim();
          changed(cell);
        } else if (value.trim()) left.push(value.trim());
      });
    });
    const told = form.querySelector("[data-not-taken]");
    told.hidden = left.length === 0;
    told.querySelector("span").textContent = left.slice(0, 20).join("; ") + (left.length > 20 ? `; … (${left.length})` : "");
    if (left.length) told.scrollIntoView({ block: "center" });
  });

  // A page that is only read has no place, and is never filled in.
  const place = form.dataset.keep && PREFIX + form.dataset.keep;
  if (!place) return;
  // What the server gave, and what differs from it: by field, with the value that I saw when I changed it.
  const given = JSON.parse(field("base").value);
  const typed = new Map();
  const isOurs = (name) => name && name !== "csrf_token" && name !== "base";
  const keep = () => {
    try {
      if (typed.size) sessionStorage.setItem(place, JSON.stringify(Object.fromEntries(typed)));
      else sessionStorage.removeItem(place);
    } catch {
      /* storage is full or forbidden */
    }
  };
  const note = (name, mine) => {
    if (!isOurs(name)) return;
    const base = given[name] ?? "";
    if (mine === base) typed.delete(name);
    else typed.set(name, { base, mine });
  };
  const noteAll = () => {
    for (const [name, value] of new FormData(form)) note(name, value);
    keep();
  };

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
      tag.closest?.("[data-doubt]")?.removeAttribute("hidden");
    }
    field("base").value = JSON.stringify(given);
    form.querySelector("[data-restored]").hidden = !brought;
    return brought;
  };
  const brought = bringBack();
  // On a slow line people type before this script is here.
  noteAll();
  form.addEventListener("input", (event) => {
    note(event.target.name, event.target.value);
    keep();
  });
  form.addEventListener("submit", noteAll);
  if (form.dataset.save) saveByField(brought);

  // Each field goes up when it is left, one request at a time; what cannot go up waits, and is tried again.
  function saveByField(hasWaiting) {
    const RETRY = 5000;
    // Longer than the server waits for its database: what has not come by then comes no more.
    const PATIENCE = 60_000;
    const NOT_NOW = [408, 429];
    const tagOf = (name) => {
      const tag = field(name);
      return tag instanceof RadioNodeList ? tag[0] : tag;
    };
    const questionOf = (name) => tagOf(name)?.closest("[data-question]");
    const band = (kind) => form.querySelector(`[data-${kind}]`);
    const asked = new Set();
    let leaving = new Map(),
      isBusy = false,
      timer = 0,
      confirming = null;

    const show = (question, state) => {
      const told = question?.querySelector("[data-state]");
      if (!told) return;
      told.dataset.now = state;
      told.textContent = form.dataset[state];
    };
    const queue = (name) => {
      if (!typed.has(name) || asked.has(name)) return;
      leaving.set(name, typed.get(name));
      show(questionOf(name), "waiting");
      send();
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(send, RETRY);
    };
    const signInHere = () => {
      const here = document.activeElement?.name ? `#${document.activeElement.id || document.activeElement.name}` : "";
      const link = band("signed-out").querySelector("a");
      // Somebody else may have signed in in another tab: what was typed here is not theirs.
      link.href = `${form.dataset.signIn}?person=${person}&next=${encodeURIComponent(location.pathname + here)}`;
      band("signed-out").hidden = false;
    };

    async function send() {
      if (isBusy || (!leaving.size && !confirming)) return;
      isBusy = true;
      const going = leaving,
        confirm = confirming;
      leaving = new Map();
      confirming = null;
      const back = () => {
        for (const [name, entry] of going) if (!leaving.has(name)) leaving.set(name, entry);
        confirming ??= confirm;
      };
      const body = new URLSearchParams({ csrf_token: field("csrf_token").value });
      const base = {};
      for (const [name, entry] of going) {
        body.set(name, entry.mine);
        base[name] = entry.base;
      }
      body.set("base", JSON.stringify(base));
      if (confirm) body.set("confirm", confirm);
      try {
        const answer = await fetch(form.dataset.save, {
          method: "POST",
          body,
          headers: { Accept: "application/json" },
          redirect: "manual",
          credentials: "same-origin",
          signal: AbortSignal.timeout?.(PATIENCE),
        });
        if (answer.type === "opaqueredirect") {
          back();
          signInHere();
          return;
        }
        // A page instead of an answer: the survey is not this person's any more. A server in trouble is asked again.
        const isPage = !(answer.headers.get("Content-Type") ?? "").includes("json");
        if (isPage && (answer.status < 400 || answer.status >= 500 || NOT_NOW.includes(answer.status)))
          throw new Error(answer.statusText);
        const told = isPage ? { refused: form.dataset.gone } : await answer.json();
        for (const kind of ["offline", "signed-out", "refused"]) band(kind).hidden = true;
        if (answer.ok) take(going, confirm, told);
        else {
          back();
          band("refused").textContent = told.refused;
          band("refused").hidden = false;
        }
      } catch {
        back();
        band("offline").hidden = false;
        later();
      } finally {
        isBusy = false;
        if (leaving.size && ["offline", "signed-out", "refused"].every((kind) => band(kind).hidden)) send();
      }
    }

    function take(going, confirm, told) {
      const disputed = new Map(told.conflicts.map((conflict) => [conflict.field, conflict]));
      for (const [name, { mine }] of going) {
        if (disputed.has(name)) continue;
        given[name] = mine;
        note(
          name,
          tagOf(name) instanceof HTMLInputElement && tagOf(name).type === "radio"
            ? field(name).value
            : (tagOf(name)?.value ?? mine),
        );
      }
      field("base").value = JSON.stringify(given);
      keep();
      for (const conflict of disputed.values()) ask(conflict);
      const wrong = new Set();
      for (const question of form.querySelectorAll("[data-question]")) settle(question, told, wrong);
      for (const question of new Set([...[...going.keys()].map(questionOf), confirm && document.getElementById(`q-${confirm}`)])) {
        if (question)
          show(
            question,
            [...disputed.keys()].some((name) => questionOf(name) === question) ? "asked" : wrong.has(question) ? "wrong" : "saved",
          );
      }
      tellElsewhere(told.elsewhere);
      const here = [...form.querySelectorAll("[data-question]")].map((question) => question.dataset.question);
      const isSame = here.length === Object.keys(told.questions).length && here.every((key) => key in told.questions);
      if (form.querySelector("[data-carried]") && !told.carried.length) form.querySelector("[data-carried]").remove();
      // An answer opened or closed further questions: everything is stored, so the page may come anew.
      if (!isSame && !leaving.size && !typed.size) location.reload();
    }

    // What the server says of one question: its errors at their fields, its doubts with room for the reason, its mark.
    function settle(question, told, wrong) {
      const key = question.dataset.question;
      const isWrong = (name) => name in told.problems;
      for (const tag of question.querySelectorAll(".is-invalid")) {
        if (isWrong(tag.name)) continue;
        tag.classList.remove("is-invalid");
        tag.removeAttribute("aria-invalid");
        tag.removeAttribute("aria-describedby");
        document.getElementById(`${tag.name}-error`)?.remove();
      }
      for (const tag of question.querySelectorAll("input[name], select[name]")) {
        if (!isWrong(tag.name)) continue;
        wrong.add(question);
        let said = document.getElementById(`${tag.name}-error`);
        if (!said) {
          said = document.createElement("div");
          said.className = "invalid-feedback d-block";
          said.id = `${tag.name}-error`;
          const choices = [...question.querySelectorAll(".form-check")];
          (tag.type === "radio" ? choices[choices.length - 1] : (tag.closest(".input-group") ?? tag)).after(said);
        }
        said.textContent = told.problems[tag.name];
        tag.classList.add("is-invalid");
        tag.setAttribute("aria-invalid", "true");
        tag.setAttribute("aria-describedby", said.id);
      }
      const standing = told.questions[key],
        doubt = question.querySelector("[data-doubt]");
      if (!standing || !doubt) return;
      doubt
        .querySelector("[data-doubt-words]")
        .replaceChildren(...standing.doubts.map((words) => Object.assign(document.createElement("li"), { textContent: words })));
      doubt.querySelector("label").textContent = standing.reason_label;
      doubt.hidden = !standing.doubts.length && !doubt.querySelector("input").value;
      const mark = question.querySelector("[data-mark]");
      if (mark && !told.carried.includes(key)) {
        mark.replaceChildren(document.createTextNode(standing.mark_words));
        mark.className = `small mb-2 mark-${standing.mark}`;
      }
    }

    // What this page contradicts on another one.
    function tellElsewhere(places) {
      const box = document.querySelector("[data-elsewhere]");
      const lines = places.map((place) => {
        const link = Object.assign(document.createElement("a"), {
          href: place.address,
          textContent: `${place.label}: ${place.message}`,
        });
        const line = document.createElement("li");
        line.append(link);
        return line;
      });
      box.querySelector("ul").replaceChildren(...lines);
      box.hidden = !lines.length;
    }

    function ask(conflict) {
      asked.add(conflict.field);
      const question = questionOf(conflict.field);
      const told = form.querySelector("template[data-conflict]").content.firstElementChild.cloneNode(true);
      const fill = (tag, words) => {
        for (const [place, value] of Object.entries(words)) tag.textContent = tag.textContent.replace(`[${place}]`, () => value);
      };
      fill(told.querySelector("[data-words]"), { ô: conflict.label });
      fill(told.querySelector("[data-theirs]"), { "giá trị": conflict.theirs_in_words, người: conflict.by, lúc: conflict.moment });
      fill(told.querySelector("[data-yours]"), { "giá trị": conflict.yours_in_words });
      const choose = (value) => {
        asked.delete(conflict.field);
        told.remove();
        given[conflict.field] = conflict.theirs;
        field(conflict.field).value = value;
        note(conflict.field, value);
        keep();
        if (typed.has(conflict.field)) queue(conflict.field);
        else show(question, "saved");
      };
      told.querySelector("[data-theirs]").addEventListener("click", () => choose(conflict.theirs));
      told.querySelector("[data-yours]").addEventListener("click", () => choose(conflict.yours));
      question.append(told);
    }

    form.addEventListener("change", (event) => {
      note(event.target.name, event.target.value);
      keep();
      queue(event.target.name);
    });
    for (const button of form.querySelectorAll('button[name="confirm"]')) {
      if (button.value === "*") continue;
      button.addEventListener("click", (event) => {
        event.preventDefault();
        confirming = button.value;
        show(button.closest("[data-question]"), "waiting");
        button.hidden = true;
        send();
      });
    }
    addEventListener("online", send);
    // The page may be left while the last field is still on its way; the browser keeps what the server does not have.
    if (hasWaiting) for (const name of typed.keys()) queue(name);
  }
})();
