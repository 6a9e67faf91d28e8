// Links within the panel. Its address keeps its own fragment, which may name the tab that the panel is about.

/** @param {Event} event */
export function jump(event) {
  event.preventDefault();
  const target = document.querySelector(/** @type {HTMLAnchorElement} */ (event.currentTarget).hash);
  if (!(target instanceof HTMLElement)) return;
  target.setAttribute("tabindex", "-1");
  target.focus();
  target.scrollIntoView({ block: "center" });
}
