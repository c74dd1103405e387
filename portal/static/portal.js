// What was typed and not yet saved stays in this browser for its author; whoever signs out leaves nothing behind.
document.querySelectorAll("form[data-sign-out]").forEach((form) => {
  form.addEventListener("submit", () => sessionStorage.clear());
});
