"use strict";
// The measuring of a line against this server; without it the measured speed is typed by hand.
(() => {
  const form = document.querySelector("form.survey-form[data-save]");
  if (!form) return;
  const STEPS = [65536, 262144, 1048576, 4194304],
    RUNS = 5,
    ENOUGH = 400;
  const token = form.elements.namedItem("csrf_token").value;
  // What the server says is for people; what the browser says of a lost line is not.
  class RefusedError extends Error {}
  const ask = async (path, body, headers = {}) => {
    const answer = await fetch(path, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": token, ...headers },
      redirect: "manual",
    });
    if (answer.ok) return answer;
    if (answer.type === "opaqueredirect") throw new RefusedError(form.dataset.ended);
    const isPage = !(answer.headers.get("Content-Type") ?? "").includes("json");
    throw isPage ? new Error(answer.statusText) : new RefusedError((await answer.json()).refused);
  };
  const timed = async (work) => {
    const begun = performance.now();
    await work();
    return performance.now() - begun;
  };
  // Small first: a slow line is not filled with more than it can carry in a moment.
  const runs = async (work, tell) => {
    let step = 0;
    const found = [];
    while (found.length < RUNS) {
      const took = await timed(() => work(STEPS[step]));
      if (took < ENOUGH && step < STEPS.length - 1) {
        step += 1;
        continue;
      }
      found.push((STEPS[step] * 8) / (took * 1000));
      tell(found.length);
    }
    return found;
  };

  for (const button of document.querySelectorAll("[data-measure]")) {
    const said = button.parentElement.querySelector("[data-measured]");
    const field = form.elements.namedItem(`${button.dataset.measure}.measured`);
    if (!field) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      button.disabled = true;
      const tell = (words) => {
        said.textContent = words;
      };
      const place = form.dataset.measureAt;
      try {
        tell(button.dataset.begun);
        const { turn } = await (await ask(place, new URLSearchParams({ line: button.dataset.measure }))).json();
        const latency = [];
        for (let run = 0; run < 3; run += 1) latency.push(Math.max(await timed(() => ask(`${place}/${turn}/up`, "x")), 0.1));
        const down = await runs(
          async (bytes) => (await ask(`${place}/${turn}/down`, new URLSearchParams({ bytes }))).arrayBuffer(),
          (run) => tell(`${button.dataset.down} ${run}/${RUNS}`),
        );
        const up = await runs(
          (bytes) => ask(`${place}/${turn}/up`, new Uint8Array(bytes), { "Content-Type": "application/octet-stream" }),
          (run) => tell(`${button.dataset.up} ${run}/${RUNS}`),
        );
        const found = await (
          await ask(`${place}/${turn}/done`, JSON.stringify({ down, up, latency }), { "Content-Type": "application/json" })
        ).json();
        field.value = String(found.down);
        field.dispatchEvent(new Event("change", { bubbles: true }));
        tell(button.dataset.done.replace("[xuống]", found.down).replace("[lên]", found.up).replace("[trễ]", found.latency));
      } catch (error) {
        tell(error instanceof RefusedError ? error.message : button.dataset.failed);
      } finally {
        button.disabled = false;
      }
    });
  }
})();
