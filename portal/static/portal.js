// What was typed and not yet saved stays in this browser for its author; whoever signs out leaves nothing behind.
document.querySelectorAll("form[data-sign-out]").forEach((form) => {
  form.addEventListener("submit", () => sessionStorage.clear());
});

// What is wrong is read out first, and its links lead to the fields.
document.querySelector(".alert-danger[tabindex='-1']")?.focus();
