// The slider and the list answer by themselves. Without this file the button beside them does the same.
document.querySelectorAll("form[data-auto-submit]").forEach((form) => {
  form.addEventListener("change", (event) => {
    // Another threshold starts at its own value.
    if (event.target.name === "of") form.elements.value.disabled = true;
    form.requestSubmit();
  });
});
