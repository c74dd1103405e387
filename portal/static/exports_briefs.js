// All briefs in one file: the bytes are counted as they come, so that the page tells how many briefs are made.
// Without this script the links download the same file.
"use strict";
for (const box of document.querySelectorAll("[data-briefs]")) {
  const status = box.querySelector("[role=status]"),
    bar = box.querySelector("progress"),
    holder = box.querySelector("[data-progress]");
  let isBusy = false;
  const tell = (words, done, count) => {
    status.textContent = words.replace("{done}", done).replace("{count}", count);
  };
  for (const link of box.querySelectorAll("a[data-count]")) {
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      if (isBusy) return;
      isBusy = true;
      const count = Number(link.dataset.count);
      bar.value = 0;
      holder.hidden = false;
      tell(status.dataset.told, 0, count);
      try {
        const answer = await fetch(link.href);
        if (!answer.ok) throw new Error(answer.statusText);
        const reader = answer.body.getReader(),
          pieces = [],
          next = counter();
        for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
          pieces.push(piece.value);
          const done = Math.min(next(piece.value), count);
          if (done !== bar.value) {
            bar.value = done;
            tell(status.dataset.told, done, count);
          }
        }
        save(new Blob(pieces, { type: "application/zip" }), link.href.split("/").pop());
        bar.value = count;
        tell(status.dataset.ready, count, count);
      } catch {
        status.textContent = status.dataset.failed;
      }
      holder.hidden = true;
      isBusy = false;
    });
  }
}

// How many files of a .zip have begun so far: each begins with the letters PK and the bytes 3 and 4, which may be torn apart.
function counter() {
  const sign = [0x50, 0x4b, 3, 4];
  let at = 0,
    found = 0;
  return (bytes) => {
    for (const byte of bytes) {
      at = byte === sign[at] ? at + 1 : byte === sign[0] ? 1 : 0;
      if (at === 4) {
        found += 1;
        at = 0;
      }
    }
    return found;
  };
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
