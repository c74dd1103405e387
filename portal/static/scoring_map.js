// The map of wards: notes beside a ward, colourings and views without a new page, zoom, pan and search. Without this file the
// browser shows the same words as titles, and the form above the map asks for a new page.
const MOST = 12;
const STEP = 1.5;
const MARGIN = 60;
const LANGUAGE = "vi";

// As portal.vietnamese.fold: "Đống Đa" and "dong da" alike become "dong da".
function fold(text) {
  const plain = text
    .normalize("NFC")
    .replace(/[Ðð]/g, "đ")
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "");
  return plain.replaceAll("đ", "d").split(/\s+/).filter(Boolean).join(" ");
}

function make(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

function draw(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

// Zoom and pan of one frame. The picture is moved as a whole, so that a drag paints nothing anew.
class Frame {
  constructor(element) {
    this.element = element;
    this.pane = element.querySelector(".map-pane");
    this.pointers = new Map();
    this.moved = 0;
    this.reset();
    element.tabIndex = 0;
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", "Khung sơ đồ: phím + và − để phóng, phím mũi tên để di chuyển, phím 0 để về ban đầu");
    element.addEventListener("wheel", (event) => this.turn(event), { passive: false });
    element.addEventListener("pointerdown", (event) => this.press(event));
    element.addEventListener("pointermove", (event) => this.drag(event));
    ["pointerup", "pointercancel", "pointerleave"].forEach((name) =>
      element.addEventListener(name, (event) => this.release(event)),
    );
    element.addEventListener("dragstart", (event) => event.preventDefault());
    // The end of a drag is no click; the Enter key, whose click has no detail, always is.
    element.addEventListener(
      "click",
      (event) => {
        if (this.moved > 5 && event.detail) event.preventDefault();
      },
      true,
    );
    element.addEventListener("keydown", (event) => this.type(event));
    element.addEventListener("focusin", (event) => this.show(event.target.closest("[data-ward]")));
    new ResizeObserver(() => this.place()).observe(element);
  }

  reset() {
    Object.assign(this, { zoom: 1, x: 0, y: 0 });
    this.place();
  }

  place() {
    const { clientWidth: width, clientHeight: height } = this.element;
    this.x = Math.min(0, Math.max(this.x, width * (1 - this.zoom)));
    this.y = Math.min(0, Math.max(this.y, height * (1 - this.zoom)));
    this.pane.style.transform = this.zoom === 1 ? "" : `translate(${this.x}px, ${this.y}px) scale(${this.zoom})`;
    const seen = (this.zoom * width) / 660;
    if (seen === this.seen) return;
    this.seen = seen;
    // Lines and names keep their size on the screen; which names fit depends on how far the picture is zoomed in.
    this.pane.style.setProperty("--zoom", seen || 1);
    this.pane.dataset.level = [8, 4, 2, 1].find((level) => seen >= level * 0.9) || 0;
    this.pane.querySelectorAll("pattern").forEach((pattern) => {
      pattern.dataset.whole ||= pattern.getAttribute("patternTransform");
      pattern.setAttribute("patternTransform", `${pattern.dataset.whole} scale(${1 / this.zoom})`);
    });
    this.element.classList.toggle("is-zoomed", this.zoom > 1);
  }

  zoomBy(factor, x = this.element.clientWidth / 2, y = this.element.clientHeight / 2) {
    const zoom = Math.min(MOST, Math.max(1, this.zoom * factor));
    this.x = x - ((x - this.x) * zoom) / this.zoom;
    this.y = y - ((y - this.y) * zoom) / this.zoom;
    this.zoom = zoom;
    this.place();
  }

  moveBy(x, y) {
    this.x += x;
    this.y += y;
    this.place();
  }

  // The wheel scrolls the page until the map is in use, so that nobody is caught by it on the way down.
  turn(event) {
    if (!event.ctrlKey && !this.element.contains(document.activeElement)) return;
    if (this.zoom === 1 && event.deltaY > 0) return;
    event.preventDefault();
    const box = this.element.getBoundingClientRect();
    this.zoomBy(2 ** (-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
  }

  press(event) {
    this.moved = 0;
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (!event.target.closest("a")) this.element.focus({ preventScroll: true });
  }

  drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    // Let go outside of the frame.
    if (!event.buttons) return this.release(event);
    const now = [event.clientX, event.clientY];
    const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    this.pointers.set(event.pointerId, now);
    this.moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (other) {
      const box = this.element.getBoundingClientRect();
      const apart = (place) => Math.hypot(place[0] - other[0], place[1] - other[1]) || 1;
      this.zoomBy(apart(now) / apart(before), (now[0] + other[0]) / 2 - box.left, (now[1] + other[1]) / 2 - box.top);
    } else if (this.zoom > 1 && this.moved > 5) {
      this.element.classList.add("is-moving");
      this.moveBy(now[0] - before[0], now[1] - before[1]);
    }
  }

  release(event) {
    if (event.type === "pointerleave" && event.buttons) return;
    this.pointers.delete(event.pointerId);
    this.element.classList.remove("is-moving");
  }

  type(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrows = { ArrowLeft: [MARGIN, 0], ArrowRight: [-MARGIN, 0], ArrowUp: [0, MARGIN], ArrowDown: [0, -MARGIN] };
    if (event.key === "+" || event.key === "=") this.zoomBy(STEP);
    else if (event.key === "-") this.zoomBy(1 / STEP);
    else if (event.key === "0") this.reset();
    else if (arrows[event.key] && this.zoom > 1) this.moveBy(...arrows[event.key]);
    else return;
    event.preventDefault();
  }

  // Bring a ward into the middle where it lies outside of the frame, or where it was asked for.
  show(ward, always = false) {
    if (!ward || (this.zoom === 1 && !always)) return;
    const frame = this.element.getBoundingClientRect();
    const box = ward.getBoundingClientRect();
    const isInside = box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
    if (isInside && !always) return;
    this.moveBy(frame.left + (frame.width - box.width) / 2 - box.left, frame.top + (frame.height - box.height) / 2 - box.top);
  }
}

class WardMap {
  constructor(root) {
    this.root = root;
    this.view = root.dataset.view;
    this.form = root.querySelector(".map-controls");
    this.status = root.querySelector("[data-map-status]");
    this.tip = root.querySelector(".hexmap-tip");
    this.label = root.querySelector("[data-colour-label]").textContent;
    this.colour = this.form.elements.colour.value;
    this.words = new Map();
    this.parts = [];
    this.frames = {};
    root.querySelectorAll("[data-without-script]").forEach((part) => {
      part.hidden = true;
    });
    root.querySelectorAll(".map-buttons, [data-hint]").forEach((part) => {
      part.hidden = false;
    });
    ["hex", "land"].forEach((view) => this.take(view));
    this.listen();
    this.coming = fetch(root.dataset.colours, { headers: { Accept: "application/json" } }).then((answer) => answer.json());
    this.coming
      .then((data) => {
        this.data = data;
        this.place = new Map(data.wards.map((code, at) => [code, at]));
      })
      .catch(() => {});
    // On a slow line people choose and type before this script is here.
    const drawn = [...this.form.elements.colour.options].find((option) => option.defaultSelected);
    if (drawn && drawn.value !== this.colour) this.paint(this.colour);
    if (this.form.elements.find.value !== this.form.elements.find.defaultValue) this.find(false);
  }

  // The parts of a view: names move from the titles to the labels, so that the browser does not show them a second time.
  take(view) {
    const stage = this.root.querySelector(`.map-${view}`);
    const frame = stage.querySelector(".map-frame");
    if (!frame) return;
    this.frames[view] = new Frame(frame);
    const suffix = `. ${this.label}: `;
    stage.querySelectorAll("[data-ward]").forEach((element) => {
      const code = element.dataset.ward;
      const title = element.querySelector("title");
      if (title) {
        const told = title.textContent;
        const end = told.lastIndexOf(suffix);
        this.words.set(code, { base: end < 0 ? told : told.slice(0, end), told, name: told.split(": ")[0] });
        element.setAttribute("aria-label", told);
        title.remove();
      }
      const shade = [...element.classList].find((name) => name.startsWith("k-"));
      const mark = element.querySelector(".tile-mark");
      this.parts.push({ element, code, shade, mark, sign: mark?.textContent, isNamed: Boolean(title) });
    });
  }

  listen() {
    const { form, root } = this;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.find(true);
    });
    form.elements.colour.addEventListener("change", () => this.paint(form.elements.colour.value));
    form.elements.find.addEventListener("input", () => this.find(false));
    form.querySelectorAll("[name=view]").forEach((choice) => choice.addEventListener("change", () => this.turn(choice.value)));
    root.querySelectorAll("[data-zoom]").forEach((button) =>
      button.addEventListener("click", () => {
        const frame = this.frames[this.view];
        ({ in: () => frame.zoomBy(STEP), out: () => frame.zoomBy(1 / STEP), reset: () => frame.reset() })[button.dataset.zoom]();
      }),
    );
    root.addEventListener("mouseover", (event) => this.note(event.target));
    root.addEventListener("focusin", (event) => this.note(event.target));
    root.addEventListener("mouseleave", () => this.hush());
    root.addEventListener("focusout", () => this.hush());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.hush();
    });
  }

  hush() {
    this.tip.hidden = true;
  }

  note(target) {
    const ward = target.closest("[data-ward]");
    if (!ward) return this.hush();
    // One line for the name, one for the result, one for each missing thing.
    this.tip.textContent = this.words.get(ward.dataset.ward).told.replace(": ", "\n").replaceAll(". ", "\n").replaceAll("; ", "\n");
    this.tip.hidden = false;
    const stage = this.tip.parentElement.getBoundingClientRect();
    const box = ward.getBoundingClientRect();
    const left = box.left - stage.left + box.width / 2 - this.tip.offsetWidth / 2;
    const above = box.top - stage.top - this.tip.offsetHeight - 6;
    this.tip.style.left = `${Math.max(0, Math.min(left, stage.width - this.tip.offsetWidth))}px`;
    this.tip.style.top = `${box.top - this.tip.offsetHeight < 0 ? box.bottom - stage.top + 6 : above}px`;
  }

  async paint(key, isSilent = false) {
    this.colour = key;
    try {
      await this.coming;
    } catch {
      return this.form.submit();
    }
    const colouring = this.data.colourings[key];
    if (!colouring || this.colour !== key) return;
    const { shades, of, marks, values, label } = colouring;
    this.label = label;
    const told = (at) => values[at] || shades[of[at]][1];
    this.words.forEach((words, code) => {
      words.told = key === "state" ? words.base : `${words.base}. ${label}: ${told(this.place.get(code))}`;
    });
    this.parts.forEach((part) => {
      const at = this.place.get(part.code);
      const shade = `k-${shades[of[at]][0]}`;
      if (shade !== part.shade) part.element.classList.replace(part.shade, shade);
      part.shade = shade;
      const mark = marks[at] || shades[of[at]][2];
      if (part.mark && mark !== part.sign) {
        part.sign = part.mark.textContent = mark;
        part.mark.classList.toggle("mark-long", mark.length > 3);
      }
      if (part.isNamed) part.element.setAttribute("aria-label", this.words.get(part.code).told);
    });
    this.explain(colouring, told);
    if (!isSilent) this.status.textContent = `Đã tô màu theo: ${label}.`;
    this.keep("colour", key === "state" ? "" : key);
  }

  // The legend with its counts, and the table that says the same as the picture.
  explain({ shades, of, values, label, note }, told) {
    const { root, data } = this;
    root.querySelectorAll("[data-colour-label]").forEach((part) => {
      part.textContent = label;
    });
    root.querySelector("[data-colour-note]").textContent = note;
    const rows = shades.map(([key, words], place) => ({
      key,
      words,
      wards: data.wards.filter((_code, at) => Number(of[at]) === place),
    }));
    root.querySelector("[data-legend]").replaceChildren(
      ...rows.map(({ key, words, wards }) => {
        const line = make("li", "", { class: `k-${key}` });
        const swatch = draw("svg", { width: 22, height: 18, "aria-hidden": "true" });
        swatch.append(draw("rect", { class: "tile", width: 22, height: 18, rx: 3 }));
        line.append(swatch, " ", make("span", words), ": ", make("strong", wards.length));
        return line;
      }),
    );
    root.querySelector("[data-shades]").replaceChildren(
      ...rows.map(({ words, wards }) => {
        const row = make("tr", "");
        const name = (code) =>
          this.words.get(code).name + (values.length && values[this.place.get(code)] ? ` (${told(this.place.get(code))})` : "");
        row.append(
          make("th", words, { scope: "row" }),
          make("td", wards.length, { class: "text-end", "data-label": "Số đơn vị" }),
          make("td", wards.map(name).join("; ") || "–"),
        );
        return row;
      }),
    );
  }

  async turn(view) {
    if (!this.frames[view]) {
      this.status.textContent = "Đang tải bản đồ…";
      try {
        const asked = new URLSearchParams(window.location.search);
        asked.set("view", view);
        asked.set("colour", this.colour);
        const answer = await fetch(`${this.form.getAttribute("action")}?${asked}`);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        this.root.querySelector(`.map-${view}`).replaceChildren(...page.querySelector(`.map-${view}`).childNodes);
        this.take(view);
      } catch {
        return this.form.submit();
      }
      this.paint(this.colour, true);
    }
    this.view = view;
    ["hex", "land"].forEach((name) => {
      this.root.querySelector(`.map-${name}`).hidden = name !== view;
      this.root.querySelectorAll(`[data-caption="${name}"]`).forEach((part) => {
        part.hidden = name !== view;
      });
    });
    this.frames[view].place();
    this.keep("view", view === "hex" ? "" : view);
    this.status.textContent = view === "land" ? "Đang xem bản đồ theo ranh giới." : "Đang xem sơ đồ lục giác.";
    if (this.form.elements.find.value) this.find(false);
  }

  find(isWanted) {
    const typed = this.form.elements.find.value;
    const wanted = fold(typed);
    const codes = wanted ? [...this.words].filter(([, { name }]) => fold(name).includes(wanted)).map(([code]) => code) : [];
    this.root.querySelectorAll("[data-rings]").forEach((group) => {
      const use = (code, name) => draw("use", { href: `#${group.dataset.rings}-${code}`, class: name });
      group.replaceChildren(...codes.flatMap((code) => [use(code, "ring-under"), use(code, "ring")]));
    });
    this.keep("find", typed.trim());
    const names = codes
      .slice(0, 5)
      .map((code) => this.words.get(code).name)
      .join(", ");
    if (!wanted) this.status.textContent = "";
    else if (!codes.length) this.status.textContent = "Không có xã, phường nào tên như vậy.";
    else if (codes.length === 1) this.status.textContent = this.words.get(codes[0]).told;
    else
      this.status.textContent = `Tìm thấy ${codes.length.toLocaleString(LANGUAGE)} đơn vị: ${names}${codes.length > 5 ? "…" : ""}`;
    if (isWanted && codes.length) {
      const frame = this.frames[this.view];
      const found = this.parts.find((part) => part.code === codes[0] && frame.element.contains(part.element));
      frame.zoomBy(Math.max(1, (this.view === "land" ? 5 : 2.5) / frame.zoom));
      frame.show(found.element, true);
    }
  }

  // The address says what is shown, so that it can be passed on.
  keep(name, value) {
    const address = new URL(window.location.href);
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
    window.history.replaceState(null, "", address);
  }
}

document.querySelectorAll(".ward-map").forEach((root) => new WardMap(root));
