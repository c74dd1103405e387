// The slider and the list answer by themselves. Without this file the button beside them does the same.
document.querySelectorAll("form[data-auto-submit]").forEach((form) => {
  const { of, value } = form.elements;
  const shown = [...of.options].find((option) => option.defaultSelected);
  const show = () => {
    // Another threshold starts at its own value.
    value.disabled = of.value !== shown?.value;
    form.requestSubmit();
  };
  form.addEventListener("change", show);
  // On a slow line people choose before this script is here.
  if (shown && (of.value !== shown.value || value.value !== value.defaultValue)) show();
});
