// The words of an element as a person sees them: what is hidden is left out, and so is what the profile drops.

const SILENT = "script, style, template, noscript";
const FIELDS = ["INPUT", "TEXTAREA", "SELECT"];
const UNREAD_INPUTS = ["button", "submit", "reset", "hidden", "password", "checkbox", "radio", "file", "image"];

/**
 * @param {Element} element
 * @param {{drop?: string, firstLine?: boolean}} [options]
 */
export function textOf(element, { drop = "", firstLine = false } = {}) {
  /** @type {string[]} */
  const pieces = [];
  gather(element, drop ? `${SILENT}, ${drop}` : SILENT, firstLine, pieces);
  return pieces.join("").replace(/\s+/g, " ").trim();
}

/**
 * Adds the words of a node; false once a line break ended what is wanted.
 * @param {Node} node
 * @param {string} drop
 * @param {boolean} firstLine
 * @param {string[]} pieces
 * @returns {boolean}
 */
function gather(node, drop, firstLine, pieces) {
  if (node.nodeType === Node.TEXT_NODE) pieces.push(node.nodeValue ?? "");
  if (!(node instanceof Element)) return true;
  if (node.matches(drop) || isHidden(node)) return true;
  if (node.tagName === "BR") return !firstLine && pieces.push(" ") > 0;
  if (FIELDS.includes(node.tagName)) {
    pieces.push(" ", valueOf(/** @type {HTMLInputElement} */ (node)), " ");
    return true;
  }
  const apart = !getComputedStyle(node).display.startsWith("inline");
  if (apart) pieces.push(" ");
  for (const child of node.childNodes) {
    if (!gather(child, drop, firstLine, pieces)) return false;
  }
  if (apart) pieces.push(" ");
  return true;
}

/** An element without a box of its own is no hidden one: its children may well be seen. @param {Element} element */
function isHidden(element) {
  return !element.checkVisibility({ visibilityProperty: true }) && getComputedStyle(element).display !== "contents";
}

/** @param {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} field */
function valueOf(field) {
  if (field instanceof HTMLSelectElement) return [...field.selectedOptions].map((option) => option.text).join(" ");
  return UNREAD_INPUTS.includes(field.type) ? "" : field.value;
}
