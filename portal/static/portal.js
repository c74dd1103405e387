// What was typed and not yet saved stays in this browser for its author; whoever signs out leaves nothing behind.
document.querySelectorAll("form[data-sign-out]").forEach((form) => {
  form.addEventListener("submit", () => sessionStorage.clear());
});

// What is wrong is read out first, and its links lead to the fields.
document.querySelector(".alert-danger[tabindex='-1']")?.focus();

// A double click sends once: a second request would take the place of the answer to the first, and of what it says.
const SENDING = 3000;
const sent = new Map();
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.getAttribute("method") !== "post") return;
  const button = event.submitter ?? event.target;
  if (Date.now() - (sent.get(button) ?? 0) < SENDING) event.preventDefault();
  else sent.set(button, Date.now());
});
addEventListener("pageshow", () => sent.clear());

// What a form sent is kept in this tab until a page comes that is its answer: an error, a lost line or a session that has ended costs
// nobody what they typed. Files cannot be kept, passwords must not be, and the survey keeps its own.
{
  const PLACE = "sent-form";
  const BROUGHT_BACK = "Đã điền lại những gì bạn gõ lần trước, vì chưa chắc đã gửi được. Xem lại (tệp thì chọn lại) rồi gửi.";
  const { person, undone } = document.body.dataset;
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
  const state = (tag) => (["checkbox", "radio"].includes(tag.type) ? "checked" : "value");

  document.addEventListener("submit", ({ target: form, defaultPrevented }) => {
    if (defaultPrevented || form.getAttribute("method") !== "post") return;
    if (form.matches(".survey-form") || form.querySelector("[type=password]")) return;
    const fields = typedOf(form).map((tag) => [tag.name, tag[state(tag)]]);
    const page = location.pathname + location.search;
    if (fields.length) keep({ person, page, action: form.action, hidden: hiddenOf(form), fields, isMissed: false });
  });

  const bringBack = (sent) => {
    const forms = [...document.forms].filter((form) => form.action === sent.action);
    const form = forms.length === 1 ? forms[0] : forms.find((one) => hiddenOf(one) === sent.hidden);
    const tags = form ? typedOf(form) : [];
    let brought = false;
    sent.fields.forEach(([name, value], at) => {
      const tag = tags[at];
      if (tag?.name !== name || tag[state(tag)] === value) return;
      tag[state(tag)] = value;
      brought = true;
    });
    if (!brought) return;
    const told = document.createElement("p");
    told.className = "alert alert-info";
    told.setAttribute("role", "status");
    told.textContent = BROUGHT_BACK;
    form.prepend(told);
    form.closest("details")?.setAttribute("open", "");
    told.scrollIntoView({ block: "center" });
  };

  // An error and the door are no answer, neither is a page that says so, nor one that somebody went back to.
  const settle = (sent) => {
    const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
    sent.isMissed ||= undone !== undefined || isBack || Boolean(document.querySelector("[data-missed]"));
    const hasArrived = Boolean(document.querySelector("main > .alert-success"));
    const isOver = undone === undefined && (sent.person !== person || !sent.isMissed || hasArrived);
    const isHere = !isOver && undone === undefined && sent.page === location.pathname + location.search;
    if (isHere) bringBack(sent);
    keep(isOver || isHere ? null : sent);
  };
  const sent = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
  if (sent) settle(sent);
}
