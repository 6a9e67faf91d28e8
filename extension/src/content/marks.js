// Marks beside the order lines. One element is added to the page, outside its body, and all else stands in that element's
// closed shadow root: the page's own elements are measured and never changed.

import { drawShape } from "../shared/shapes.js";
import { SHEET } from "./marks_style.js";

/** @typedef {import("../shared/counting.js").Mark} Mark */
/** @typedef {{row: Element, mark: Mark, number: number, bar: HTMLElement, tag: HTMLButtonElement}} Placed */

// Pixels: between a row and its mark; between the left edges of a bar and its row.
const GAP = 4;
const BAR = 9;

export class Marks {
  /** @param {{openPanel: () => Promise<boolean>}} doors  `openPanel`: whether the browser let it be opened from a page */
  constructor(doors) {
    this.doors = doors;
    /** @type {Placed[]} */
    this.placed = [];
    /** @type {Set<Element>} rows that can be seen; a row that is scrolled out of its box has no mark */
    this.seen = new Set();
    /** @type {Placed | null} */
    this.open = null;
    this.waiting = false;
    /** @type {HTMLElement | undefined} */
    this.host = undefined;
    /** @type {HTMLElement | undefined} */
    this.card = undefined;
    this.place = this.place.bind(this);
  }

  /**
   * Shows these marks and no others.
   * @param {Element[]} rows
   * @param {(Mark | null)[]} marks  one for each row
   */
  show(rows, marks) {
    this.clear();
    if (!marks.some(Boolean)) return;
    this.start();
    rows.forEach((row, at) => {
      const mark = marks[at];
      if (mark) this.add(row, mark, at + 1);
    });
    this.place();
  }

  clear() {
    this.closeCard();
    this.observer?.disconnect();
    this.sizes?.disconnect();
    for (const { bar, tag } of this.placed) {
      bar.remove();
      tag.remove();
    }
    this.placed = [];
    this.seen.clear();
  }

  /** Takes everything off the page. */
  remove() {
    this.clear();
    this.host?.remove();
    this.host = undefined;
    for (const kind of ["scroll", "resize"]) removeEventListener(kind, this.soon, true);
  }

  /**
   * Leads to the mark of a row, or to the row where it has none.
   * @param {number} index
   * @param {Element} row
   */
  lead(index, row) {
    row.scrollIntoView({ block: "center", behavior: "instant" });
    this.place();
    this.placed.find((one) => one.number === index + 1)?.tag.focus();
  }

  start() {
    if (this.host?.isConnected) return;
    this.host ??= this.build();
    document.documentElement.append(this.host);
    for (const kind of ["scroll", "resize"]) addEventListener(kind, this.soon, { capture: true, passive: true });
    this.observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.seen[isIntersecting ? "add" : "delete"](target);
      this.place();
    });
    this.sizes = new ResizeObserver(this.soon);
  }

  build() {
    const host = document.createElement("medrisk-marks");
    host.style.cssText = "all: initial; position: fixed; top: 0; left: 0; width: 0; height: 0; z-index: 2147483647;";
    const root = host.attachShadow({ mode: MEDRISK_SHADOW });
    style(root);
    this.layer = element("div", "layer");
    this.layer.setAttribute("role", "region");
    this.layer.setAttribute("aria-label", "medrisk: notes beside the order lines");
    this.layer.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.open) return;
      const { tag } = this.open;
      this.closeCard();
      tag.focus();
    });
    root.append(this.layer);
    return host;
  }

  /** Puts the marks where their rows are by now; at most once for each frame that is drawn. */
  soon = () => {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.place();
    });
  };

  /**
   * @param {Element} row
   * @param {Mark} mark
   * @param {number} number
   */
  add(row, mark, number) {
    const bar = element("div", `bar ${mark.shape}`);
    const tag = /** @type {HTMLButtonElement} */ (element("button", `tag ${mark.shape}`));
    tag.type = "button";
    tag.append(drawShape(mark.shape), mark.word);
    tag.setAttribute("aria-label", `${mark.word}, order line ${number}, medrisk`);
    tag.setAttribute("aria-expanded", "false");
    const placed = { row, mark, number, bar, tag };
    tag.addEventListener("click", () => (this.open === placed ? this.closeCard() : this.openCard(placed)));
    this.layer?.append(bar, tag);
    this.placed.push(placed);
    this.observer?.observe(row);
    this.sizes?.observe(row);
  }

  place() {
    for (const { row, bar, tag } of this.placed) {
      const box = row.getBoundingClientRect();
      const gone = !row.isConnected || !box.height || !this.seen.has(row);
      bar.hidden = tag.hidden = gone;
      if (gone) continue;
      put(bar, Math.max(box.left - BAR, 0), box.top);
      bar.style.height = `${box.height}px`;
      const { left, top } = besideRow(box, tag.offsetWidth, tag.offsetHeight);
      put(tag, left, top);
    }
    this.placeCard();
  }

  /** @param {Placed} placed */
  openCard(placed) {
    this.closeCard();
    const card = element("div", "card");
    card.setAttribute("role", "group");
    card.setAttribute("aria-label", `Notes on order line ${placed.number}`);
    const points = element("ul");
    points.append(...placed.mark.points.map((words) => element("li", "", words)));
    const more = element("button", "", "Why and what to do: open the panel");
    more.addEventListener("click", async () => {
      if (await this.doors.openPanel()) return;
      const words = element("p", "", "This browser opens the panel only from its toolbar: press medrisk's button there.");
      words.setAttribute("role", "status");
      more.replaceWith(words);
      close.focus();
    });
    const close = element("button", "", "Close");
    close.addEventListener("click", () => {
      this.closeCard();
      placed.tag.focus();
    });
    card.append(points, element("p", "quiet", "Draft knowledge, for pharmacist review. No note does not mean safe."), more, close);
    placed.tag.after(card);
    placed.tag.setAttribute("aria-expanded", "true");
    this.card = card;
    this.open = placed;
    this.placeCard();
  }

  closeCard() {
    this.card?.remove();
    this.card = undefined;
    this.open?.tag.setAttribute("aria-expanded", "false");
    this.open = null;
  }

  placeCard() {
    if (!this.card || !this.open) return;
    this.card.hidden = this.open.tag.hidden;
    const tag = this.open.tag.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.card;
    const below = tag.bottom + GAP;
    const top = below + height <= innerHeight ? below : Math.max(tag.top - GAP - height, GAP);
    put(this.card, Math.max(Math.min(tag.left, innerWidth - width - 8), 8), top);
  }
}

/**
 * Right of the row where there is room, else left of it, else over its upper right corner.
 * @param {DOMRect} box
 * @param {number} width
 * @param {number} height
 */
function besideRow(box, width, height) {
  const middle = box.top + (box.height - height) / 2;
  const shown = document.documentElement.clientWidth;
  if (box.right + GAP + width <= shown) return { left: box.right + GAP, top: middle };
  if (box.left - BAR - GAP - width >= 0) return { left: box.left - BAR - GAP - width, top: middle };
  return { left: Math.max(Math.min(box.right, shown) - width - GAP, 0), top: box.top - height / 2 };
}

/**
 * @param {HTMLElement} element
 * @param {number} left
 * @param {number} top
 */
function put(element, left, top) {
  element.style.left = `${Math.round(left)}px`;
  element.style.top = `${Math.round(top)}px`;
}

/**
 * A page's policy may forbid style elements; a constructed sheet it cannot.
 * @param {ShadowRoot} root
 */
function style(root) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(SHEET);
    root.adoptedStyleSheets = [sheet];
  } catch { // Some versions of Firefox keep constructed sheets from extensions.
    root.append(element("style", "", SHEET));
  }
}

/**
 * @param {string} tag
 * @param {string} [className]
 * @param {string} [words]
 * @returns {HTMLElement}
 */
function element(tag, className = "", words = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = words;
  return made;
}
