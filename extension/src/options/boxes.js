// Words after a press of a button.

import { el } from "../shared/dom.js";

/**
 * @param {HTMLElement} place
 * @param {"good" | "error"} kind
 * @param {...string} sentences
 */
export function showBox(place, kind, ...sentences) {
  place.replaceChildren(el("div", { class: kind }, ...sentences.filter(Boolean).map((words) => el("p", {}, words))));
}

/**
 * Marks a field whose value cannot be used, or takes the mark away.
 * @param {HTMLInputElement} field
 * @param {HTMLElement} place
 * @param {string} words
 */
export function showFault(field, place, words) {
  place.textContent = words;
  if (!words) {
    field.removeAttribute("aria-invalid");
    return;
  }
  field.setAttribute("aria-invalid", "true");
  field.focus();
}
