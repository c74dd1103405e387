// One box for all: only those that may be chosen, and it follows what is chosen one by one.
const all = document.querySelector("[data-choose-all] input");
const boxes = [...document.querySelectorAll('input[name="submission"]:not(:disabled)')];
const follow = () => {
  all.checked = boxes.every((box) => box.checked);
};
if (all && boxes.length) {
  all.closest("[data-choose-all]").hidden = false;
  all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
  boxes.forEach((box) => box.addEventListener("change", follow));
  follow();
}
