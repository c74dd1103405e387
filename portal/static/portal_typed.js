// Nothing that somebody typed is lost in silence.
// What a form sent is kept in this tab until a page comes that is its answer: an error, a lost line or a session that has ended costs
// nobody what they typed. Files cannot be kept, passwords must not be, and the survey keeps its own.
"use strict";
(() => {
  const PLACE = "sent-form";
  const BROUGHT_BACK = "Đã điền lại những gì bạn gõ lần trước, vì chưa chắc đã gửi được. Xem lại (tệp thì chọn lại) rồi gửi.";
  const number = (count) => count.toLocaleString("vi");
  const CHANGED = "Ô đã có người khác sửa thì không điền lại, bạn đã gõ:";
  const { person, undone } = document.body.dataset;

  // A browser cuts off what a field has no room for, without a word.
  document.addEventListener("paste", ({ target: tag, clipboardData, defaultPrevented }) => {
    document.querySelector("[data-cut]")?.remove();
    if (defaultPrevented || !(tag.maxLength > 0)) return;
    const room = tag.maxLength - tag.value.length + tag.selectionEnd - tag.selectionStart;
    // A line of a text is sent by two characters, but counts as one.
    const cut = clipboardData.getData("text").replaceAll("\r\n", "\n").length - room;
    if (cut <= 0) return;
    const told = document.createElement("div");
    told.className = "invalid-feedback d-block";
    told.dataset.cut = "";
    told.setAttribute("role", "alert");
    told.textContent = `Ô này nhận nhiều nhất ${number(tag.maxLength)} ký tự: ${number(cut)} ký tự cuối vừa dán không vào được. Viết gọn lại.`;
    (tag.closest(".input-group") ?? tag).after(told);
    told.scrollIntoView({ block: "nearest" });
  });

  const keep = (form) => {
    try {
      if (form) sessionStorage.setItem(PLACE, JSON.stringify(form));
      else sessionStorage.removeItem(PLACE);
    } catch {
      /* storage is full or forbidden */
    }
  };
  const typedOf = (form) =>
    [...form.elements].filter((tag) => tag.name && !["hidden", "password", "file", "submit", "button"].includes(tag.type));
  const hiddenOf = (form) =>
    [...form.elements]
      .filter((tag) => tag.type === "hidden" && tag.name !== "csrf_token")
      .map((tag) => `${tag.name}=${tag.value.slice(0, 100)}`)
      .join("&");
  const isChoice = (tag) => ["checkbox", "radio"].includes(tag.type);
  const read = (tag) => {
    if (tag.options) return [...tag.selectedOptions].map((option) => option.value);
    return isChoice(tag) ? tag.checked : tag.value;
  };
  const given = (tag) => {
    if (tag.options) return [...tag.options].filter((option) => option.defaultSelected).map((option) => option.value);
    return isChoice(tag) ? tag.defaultChecked : tag.defaultValue;
  };
  const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const isBlank = (value) => !value || isSame(value, []) || isSame(value, [""]);
  const write = (tag, value) => {
    if (isChoice(tag)) tag.checked = value;
    else if (!tag.options) tag.value = value;
    else if (value.every((one) => [...tag.options].some((option) => option.value === one)))
      for (const option of tag.options) option.selected = value.includes(option.value);
  };

  document.addEventListener("submit", ({ target: form, defaultPrevented }) => {
    if (defaultPrevented || form.getAttribute("method") !== "post") return;
    if (form.matches(".survey-form") || form.querySelector("[type=password]")) return;
    const choiceOf = (tag) => (isChoice(tag) ? tag.value : "");
    const fields = typedOf(form).map((tag) => ({ name: tag.name, choice: choiceOf(tag), value: read(tag), base: given(tag) }));
    const page = location.pathname + location.search;
    if (fields.length) keep({ person, page, action: form.action, hidden: hiddenOf(form), fields, isMissed: false });
  });

  const bringBack = (sent) => {
    const forms = [...document.forms].filter((form) => form.action === sent.action);
    const form = forms.length === 1 ? forms[0] : forms.find((one) => hiddenOf(one) === sent.hidden);
    const tags = form ? typedOf(form) : [];
    const left = [];
    let brought = false;
    for (const { name, choice, value, base } of sent.fields) {
      // What may be chosen can be another by now; a box is the same where it stands for the same.
      const at = tags.findIndex((tag) => tag.name === name && (isChoice(tag) ? tag.value : "") === choice);
      if (at < 0) continue;
      const [tag] = tags.splice(at, 1);
      const now = given(tag);
      if (isSame(value, read(tag)) || (isSame(value, base) && !isBlank(now))) continue;
      // What somebody else has changed meanwhile is not written over.
      if (isBlank(now) || isSame(now, base)) write(tag, value);
      else if (typeof value === "string") left.push(value);
      brought = true;
    }
    if (!brought) return;
    const told = document.createElement("p");
    told.className = "alert alert-info";
    told.setAttribute("role", "status");
    told.textContent = left.length ? `${BROUGHT_BACK} ${CHANGED} ${left.join("; ")}` : BROUGHT_BACK;
    form.prepend(told);
    form.closest("details")?.setAttribute("open", "");
    told.scrollIntoView({ block: "center" });
  };

  // An error and the door are no answer, neither is a page that says so, nor one that somebody went back to.
  const settle = (sent) => {
    const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
    sent.isMissed ||= undone !== undefined || isBack || Boolean(document.querySelector("[data-missed]"));
    const hasArrived = Boolean(document.querySelector("main > div.alert-success[role=status]"));
    const isOver = undone === undefined && (sent.person !== person || !sent.isMissed || hasArrived);
    const isHere = !isOver && undone === undefined && sent.page === location.pathname + location.search;
    if (isHere) bringBack(sent);
    keep(isOver || isHere ? null : sent);
  };
  const sent = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
  if (sent) settle(sent);
})();
