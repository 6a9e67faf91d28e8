// Addresses: which pages a profile is for, and which addresses a server or a site may have.

const PATTERN = /^(\*|https?):\/\/(\*|(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*)(\/.*)$/i;
const LOOPBACK = new Set(["127.0.0.1", "localhost"]);

/**
 * What is wrong with a match pattern such as `https://ehr.example.org/orders/*`; empty where nothing is.
 * @param {unknown} pattern
 */
export function patternFault(pattern) {
  if (typeof pattern !== "string" || !PATTERN.test(pattern)) {
    return "must be an address pattern such as https://ehr.example.org/orders/* or *://*/orders/*, without a port";
  }
  return "";
}

/**
 * Whether a page lies within a match pattern. `*` stands for anything; a host matches with any port.
 * @param {string} pattern  one that has no fault
 * @param {string} address
 */
export function matchesAddress(pattern, address) {
  const [, scheme, host, path] = PATTERN.exec(pattern) ?? [];
  const url = parseUrl(address);
  if (!path || !url || !["http:", "https:"].includes(url.protocol)) return false;
  return (scheme === "*" || `${scheme.toLowerCase()}:` === url.protocol)
    && matchesHost(host.toLowerCase(), url.hostname)
    && globToRegExp(path).test(url.pathname + url.search + url.hash);
}

/**
 * The host permission that covers an address. It has no port: Firefox knows none in patterns.
 * @param {string} address
 */
export function permissionFor(address) {
  const url = new URL(address);
  return `${url.protocol}//${url.hostname}/*`;
}

/**
 * The address of a medrisk server, as typed into the options.
 * @param {string} typed
 * @returns {{address: string, fault: string}}
 */
export function readServerAddress(typed) {
  const url = parseUrl(typed.trim());
  if (!url) return fault("Write the whole address, such as https://medrisk.example.org or http://127.0.0.1:8000.");
  if (url.username || url.password) return fault("Leave the name and password out of the address. The token has a field of its own.");
  if (url.search || url.hash) return fault("The address must end before any ? or #.");
  if (url.protocol === "http:" && !LOOPBACK.has(url.hostname)) {
    return fault("An address that begins with http:// may only be this machine's own (127.0.0.1 or localhost). Use https:// for any other.");
  }
  if (!["http:", "https:"].includes(url.protocol)) return fault("The address must begin with https://.");
  return { address: (url.origin + url.pathname).replace(/\/+$/, ""), fault: "" };
}

/**
 * The origin of a site that the extension may look at, as typed into the options.
 * @param {string} typed
 * @returns {{address: string, fault: string}}
 */
export function readSiteAddress(typed) {
  const url = parseUrl(typed.trim());
  if (!url || !["http:", "https:"].includes(url.protocol)) {
    return fault("Write the beginning of the site's address, such as https://ehr.example.org.");
  }
  return { address: url.origin, fault: "" };
}

/** @param {string} words */
function fault(words) {
  return { address: "", fault: words };
}

/** @param {string} text */
function parseUrl(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/**
 * @param {string} wanted
 * @param {string} host
 */
function matchesHost(wanted, host) {
  if (wanted === "*") return true;
  if (!wanted.startsWith("*.")) return wanted === host;
  return host === wanted.slice(2) || host.endsWith(wanted.slice(1));
}

/** @param {string} glob */
function globToRegExp(glob) {
  const parts = glob.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s");
}
