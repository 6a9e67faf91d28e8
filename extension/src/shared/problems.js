// Everything that can keep a list from being checked, in words. None holds anything that was sent.

/** @typedef {{kind: string, title: string, hint: string}} Problem */

/** @type {Record<string, [string, string]>} kind -> title, hint */
const WORDS = {
  "not-allowed": ["The extension may not talk to the server yet.", "Open the options and press “Save and allow”."],
  down: ["The server did not answer. Nothing was checked.", "See that medrisk runs and that its address in the options is right, then check again."],
  late: ["The server took too long. Nothing was checked.", "Check again; if it stays so, ask whoever runs the server."],
  token: ["The server does not take the token. Nothing was checked.", "Put a token that counts into the options. It is forgotten whenever the browser closes."],
  "no-token": ["The server asks for a token. Nothing was checked.", "Put one into the options. It is forgotten whenever the browser closes."],
  "other-site": ["The server refuses requests of this extension. Nothing was checked.", "Whoever runs it can allow the extension with MEDRISK_CORS_ORIGINS."],
  "not-understood": ["The answer was not one of medrisk's. Nothing was checked.", "See that the address in the options leads to a medrisk server of this version."],
  "no-page": ["The extension may not read this page. Nothing was sent.", "Press medrisk's button in the toolbar, which lets it in once, or allow the site in the options. Pages of the browser itself, such as settings and stores, stay closed to it."],
  broken: ["The server failed. Nothing was checked.", "Check again; if it stays so, ask whoever runs the server."],
};

/**
 * @param {string} kind
 * @returns {Problem}
 */
export function problem(kind) {
  const [title, hint] = WORDS[kind];
  return { kind, title, hint };
}

/**
 * The server asks to wait.
 * @param {number} seconds
 * @returns {Problem}
 */
export function rateProblem(seconds) {
  return {
    kind: "rate", title: "The server takes no more requests for now. Nothing was checked.",
    hint: `It asks to wait ${seconds === 1 ? "one second" : `${seconds} seconds`}. Nothing is sent before that.`,
  };
}

/**
 * What the server's problem document says. medrisk never repeats in one what was sent.
 * @param {any} document
 * @returns {Problem}
 */
export function refusal(document) {
  const text = (/** @type {unknown} */ value) => (typeof value === "string" ? value.slice(0, 300) : "");
  return {
    kind: "refused", title: `${text(document?.title) || "The server refused the list"}. Nothing was checked.`,
    hint: [text(document?.detail), text(document?.hint)].filter(Boolean).join(" "),
  };
}

/** Kinds that the options would mend: the address, the token or the permission is at fault. */
export const MENDED_IN_OPTIONS = new Set(["not-allowed", "down", "token", "no-token", "not-understood"]);
