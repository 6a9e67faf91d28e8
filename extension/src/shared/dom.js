// Building elements. Everything that comes from elsewhere goes in as text, never as markup.

/**
 * @param {string} tag
 * @param {Record<string, string | boolean | EventListener>} [attributes]  `on...` for listeners; false leaves one out
 * @param {...(Node | string | null | false | undefined)} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== false && child !== undefined));
  return element;
}

/**
 * @param {string[]} items
 * @param {(words: string) => Node | string} [show]
 */
export function list(items, show = (words) => words) {
  return el("ul", {}, ...items.map((words) => el("li", {}, show(words))));
}

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
  return /** @type {T} */ (document.getElementById(id));
}
