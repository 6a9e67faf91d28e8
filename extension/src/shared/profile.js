// A site profile says where the medications of a screen stand. It is data; this module checks it and reports every fault at once.

import { patternFault } from "./match.js";

/**
 * A place on the page: the rows that `rows` selects, each read whole or by its parts.
 * @typedef {object} Place
 * @property {string} rows       CSS selector of one element for each line
 * @property {Part[]} [parts]    what to read within a row, in this order; the row itself where left out
 * @property {string} [drop]     CSS selector of what to leave out: buttons, labels, tooltips
 * @property {string} [stopped]  CSS selector; a row that is or holds such an element is a drug being stopped
 * @property {string} [name]     what these rows are, for whoever reads the profile
 */

/** @typedef {string | {select: string, first_line: boolean}} Part  `first_line`: only what stands before the first line break */

/**
 * @typedef {object} Profile
 * @property {1} format
 * @property {string} id
 * @property {string} name
 * @property {string} url        match pattern of the pages that it is for
 * @property {Place[]} orders    order lines, those being written included
 * @property {{age?: Place, sex?: Place, conditions?: Place, labs?: Place}} [facts]
 * @property {string} [limits]   what whoever uses it must know
 * @property {{repository: string, file: string, commit: string}[]} [read_from]  where the selectors were read
 */

/** @typedef {{where: string, what: string}} Fault */

const FIELDS = ["format", "id", "name", "url", "orders", "facts", "limits", "read_from"];
const PLACE_FIELDS = ["rows", "parts", "drop"];
const ORDER_FIELDS = [...PLACE_FIELDS, "stopped", "name"];
const FACTS = ["age", "sex", "conditions", "labs"];
const ID = /^[a-z0-9][a-z0-9-]{0,59}$/;
const LONGEST_TEXT = 1000;

/**
 * A profile from the text of its JSON.
 * @param {string} text
 * @param {(selector: string) => boolean} isSelector  whether the browser understands a CSS selector
 * @returns {{profile: Profile | null, faults: Fault[]}}
 */
export function parseProfile(text, isSelector) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return { profile: null, faults: [{ where: "the whole text", what: "is not valid JSON: look for a missing quote, comma or bracket" }] };
  }
  const faults = profileFaults(value, isSelector);
  return { profile: faults.length ? null : value, faults };
}

/**
 * Everything that is wrong with a profile; empty where nothing is.
 * @param {unknown} value
 * @param {(selector: string) => boolean} isSelector
 * @returns {Fault[]}
 */
export function profileFaults(value, isSelector) {
  if (!isObject(value)) return [{ where: "the whole text", what: "must be one object in braces { }" }];
  const found = new Faults(isSelector);
  found.unknownFields(value, FIELDS, "");
  if (value.format !== 1) found.add("format", "must be 1");
  if (typeof value.id !== "string" || !ID.test(value.id)) found.add("id", "must be small letters, digits and hyphens, at most 60");
  found.text(value.name, "name", { needed: true });
  found.text(value.limits, "limits");
  const pattern = patternFault(value.url);
  if (pattern) found.add("url", pattern);
  found.orders(value.orders);
  found.facts(value.facts);
  found.sources(value.read_from);
  return found.faults;
}

class Faults {
  /** @param {(selector: string) => boolean} isSelector */
  constructor(isSelector) {
    this.isSelector = isSelector;
    /** @type {Fault[]} */
    this.faults = [];
  }

  /**
   * @param {string} where
   * @param {string} what
   */
  add(where, what) {
    this.faults.push({ where, what });
  }

  /**
   * @param {object} value
   * @param {string[]} known
   * @param {string} where
   */
  unknownFields(value, known, where) {
    for (const field of Object.keys(value)) {
      if (!known.includes(field)) this.add(where ? `${where}.${field}` : field, `is not known here; known are ${known.join(", ")}`);
    }
  }

  /**
   * @param {unknown} value
   * @param {string} where
   * @param {{needed?: boolean}} [options]
   */
  text(value, where, { needed = false } = {}) {
    if (value === undefined && !needed) return;
    if (typeof value !== "string" || !value.trim()) this.add(where, "must be a text");
    else if (value.length > LONGEST_TEXT) this.add(where, `must have at most ${LONGEST_TEXT} characters`);
  }

  /** @param {unknown} value */
  orders(value) {
    if (!Array.isArray(value) || !value.length) {
      this.add("orders", "must be a list with at least one place where order lines stand");
      return;
    }
    value.forEach((place, at) => this.place(place, `orders[${at}]`, ORDER_FIELDS));
  }

  /** @param {unknown} value */
  facts(value) {
    if (value === undefined) return;
    if (!isObject(value)) {
      this.add("facts", "must be an object in braces { }");
      return;
    }
    this.unknownFields(value, FACTS, "facts");
    for (const name of FACTS) {
      if (value[name] !== undefined) this.place(value[name], `facts.${name}`, PLACE_FIELDS);
    }
  }

  /** @param {unknown} value */
  sources(value) {
    if (value === undefined) return;
    const whole = Array.isArray(value) && value.every((one) => isObject(one)
      && ["repository", "file", "commit"].every((field) => typeof one[field] === "string" && one[field]));
    if (!whole) this.add("read_from", "must be a list of objects with repository, file and commit");
  }

  /**
   * @param {unknown} place
   * @param {string} where
   * @param {string[]} known
   */
  place(place, where, known) {
    if (!isObject(place)) {
      this.add(where, "must be an object in braces { } with rows");
      return;
    }
    this.unknownFields(place, known, where);
    this.selector(place.rows, `${where}.rows`);
    if (place.drop !== undefined) this.selector(place.drop, `${where}.drop`);
    if (place.stopped !== undefined) this.selector(place.stopped, `${where}.stopped`);
    this.text(place.name, `${where}.name`);
    this.parts(place.parts, `${where}.parts`);
  }

  /**
   * @param {unknown} parts
   * @param {string} where
   */
  parts(parts, where) {
    if (parts === undefined) return;
    if (!Array.isArray(parts) || !parts.length) {
      this.add(where, "must be a list of CSS selectors");
      return;
    }
    parts.forEach((part, at) => {
      if (!isObject(part)) {
        this.selector(part, `${where}[${at}]`);
        return;
      }
      this.unknownFields(part, ["select", "first_line"], `${where}[${at}]`);
      this.selector(part.select, `${where}[${at}].select`);
      if (typeof part.first_line !== "boolean") this.add(`${where}[${at}].first_line`, "must be true or false");
    });
  }

  /**
   * @param {unknown} value
   * @param {string} where
   */
  selector(value, where) {
    if (typeof value !== "string" || !value.trim()) this.add(where, "must be a CSS selector");
    else if (!this.isSelector(value)) this.add(where, "is not a CSS selector that this browser understands");
  }
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
