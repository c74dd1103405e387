// The slider and the list answer by themselves. Without this file the button beside them does the same.
document.querySelectorAll("form[data-auto-submit]").forEach((form) => {
  const { of, value } = form.elements;
  const show = () => {
    // Another threshold starts at its own value.
    value.disabled = !of.selectedOptions[0].defaultSelected;
    form.requestSubmit();
  };
  form.addEventListener("change", show);
  // On a slow line people choose before this script is here.
  if (!of.selectedOptions[0].defaultSelected || value.value !== value.defaultValue) show();
});
