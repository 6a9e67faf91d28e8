// What a profile says about this page, and what stands there now.

import { textOf } from "./page_text.js";

/** @typedef {import("../shared/profile.js").Profile} Profile */
/** @typedef {import("../shared/profile.js").Place} Place */
/** @typedef {import("../shared/request.js").FactTexts} FactTexts */
/** @typedef {{element: Element, text: string, stopped: boolean}} Row */

/** @returns {FactTexts} */
export const noFacts = () => ({ age: [], sex: [], conditions: [], labs: [] });

/**
 * The order lines of the page, in the order of the profile. A row whose first part is empty is no order yet.
 * @param {Profile} profile
 * @returns {Row[]}
 */
export function readRows(profile) {
  return profile.orders.flatMap((place) => [...document.querySelectorAll(place.rows)].flatMap((element) => {
    const text = textOfPlace(element, place);
    const stopped = Boolean(place.stopped && (element.matches(place.stopped) || element.querySelector(place.stopped)));
    return text ? [{ element, text, stopped }] : [];
  }));
}

/**
 * @param {Profile} profile
 * @returns {FactTexts}
 */
export function readFacts(profile) {
  const found = noFacts();
  for (const name of /** @type {(keyof FactTexts)[]} */ (Object.keys(found))) {
    const place = profile.facts?.[name];
    if (place) found[name] = [...document.querySelectorAll(place.rows)].map((row) => textOfPlace(row, place)).filter(Boolean);
  }
  return found;
}

/** The text that is selected, in the page or in a field of it. */
export function selectedText() {
  const field = document.activeElement;
  if (field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && field.type === "text")) {
    const part = field.value.slice(field.selectionStart ?? 0, field.selectionEnd ?? 0);
    if (part.trim()) return part;
  }
  return getSelection()?.toString() ?? "";
}

/**
 * @param {Element} row
 * @param {Place} place
 */
function textOfPlace(row, place) {
  if (!place.parts) return textOf(row, { drop: place.drop });
  const texts = place.parts.map((part) => {
    const { select, firstLine } = typeof part === "string" ? { select: part, firstLine: false } : { select: part.select, firstLine: part.first_line };
    return [...row.querySelectorAll(select)].map((element) => textOf(element, { drop: place.drop, firstLine })).filter(Boolean).join(" ");
  });
  return texts[0] ? texts.filter(Boolean).join(" ") : "";
}
