// The note beside a hexagon, on hover and on focus. Without this file the browser shows the same words as a title.
document.querySelectorAll(".hexmap").forEach((map) => {
  const tip = map.querySelector(".hexmap-tip");
  const hide = () => { tip.hidden = true; };

  const show = (event) => {
    const tile = event.target.closest("[aria-label]:is(a, g)");
    if (!tile) return hide();
    // One line for the name, one for the result, one for each missing thing.
    tip.textContent = tile.getAttribute("aria-label").replace(": ", "\n").replaceAll(". ", "\n").replaceAll("; ", "\n");
    tip.hidden = false;
    const frame = map.getBoundingClientRect();
    const box = tile.getBoundingClientRect();
    const left = box.left - frame.left + box.width / 2 - tip.offsetWidth / 2;
    const above = box.top - frame.top - tip.offsetHeight - 6;
    const below = box.bottom - frame.top + 6;
    tip.style.left = `${Math.max(0, Math.min(left, frame.width - tip.offsetWidth))}px`;
    tip.style.top = `${box.top - tip.offsetHeight < 0 ? below : above}px`;
  };

  // The name moves from the title to the label, so that the browser does not show it a second time.
  map.querySelectorAll("a > title, g > title").forEach((title) => {
    title.parentElement.setAttribute("aria-label", title.textContent);
    title.remove();
  });
  map.addEventListener("mouseover", show);
  map.addEventListener("focusin", show);
  map.addEventListener("mouseleave", hide);
  map.addEventListener("focusout", hide);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
});
