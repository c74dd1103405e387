// A job under way: asked how far it is once a second, and left for its result when it is done.
// Without this script the page loads itself again, and leads to the result by a link.
"use strict";
const box = document.querySelector("[data-job]"),
  panel = box.closest("section");
const status = panel.querySelector("[role=status]"),
  bar = box.querySelector("progress");
let told = status.textContent.trim();

const tell = (words) => {
  if (words !== told) status.textContent = words;
  told = words;
};

async function look() {
  try {
    const answer = await fetch(box.dataset.job, { headers: { Accept: "application/json" }, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 404) return location.reload();
    if (!answer.ok) throw new Error(answer.statusText);
    const job = await answer.json();
    if (!job.is_open) return end(job);
    if (job.total) {
      bar.max = job.total;
      bar.value = job.done;
    }
    tell(job.text);
  } catch {
    tell(box.dataset.away);
  }
  setTimeout(look, 1000);
}

// A file is saved while the page stays; a page takes its place.
function end(job) {
  if (!job.leads_on) return location.reload();
  tell(job.text);
  box.remove();
  panel.querySelector("[data-ended]").hidden = false;
  location.assign(box.dataset.result);
}

setTimeout(look, 500);
