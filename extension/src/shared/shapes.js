// Severity as a shape, beside its word and its colour.

/** @typedef {import("./counting.js").Shape} Shape */

const SVG = "http://www.w3.org/2000/svg";
/** @type {Record<Shape, string>} */
const PATHS = {
  urgent: "M5 1h6l4 4v6l-4 4H5l-4-4V5z",
  major: "M8 1l7 14H1z",
  moderate: "M8 1l7 7-7 7-7-7z",
  minor: "M8 3a5 5 0 1 1 0 10A5 5 0 0 1 8 3z",
  unchecked: "M5 6a3 3 0 1 1 4.500 2.600C8.500 9.200 8 9.700 8 11M8 13.500v.6",
  busy: "M3 8h.1M8 8h.1M13 8h.1",
};
const OUTLINED = new Set(["unchecked", "busy"]);

/**
 * @param {Shape} shape
 * @returns {SVGElement}
 */
export function drawShape(shape) {
  const svg = /** @type {SVGElement} */ (document.createElementNS(SVG, "svg"));
  const path = document.createElementNS(SVG, "path");
  const outlined = OUTLINED.has(shape);
  set(path, { d: PATHS[shape], fill: outlined ? "none" : "currentColor", stroke: outlined ? "currentColor" : "none", "stroke-width": "2.200", "stroke-linecap": "round" });
  set(svg, { viewBox: "0 0 16 16", width: "12", height: "12", "aria-hidden": "true" });
  svg.append(path);
  return svg;
}

/**
 * @param {Element} element
 * @param {Record<string, string>} attributes
 */
function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
