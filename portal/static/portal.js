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
