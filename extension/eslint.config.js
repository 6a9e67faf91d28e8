import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["node_modules/"] },
  js.configs.recommended,
  {
    files: ["src/**/*.js"],
    languageOptions: { globals: { ...globals.browser, chrome: "readonly", MEDRISK_SHADOW: "readonly" } },
    rules: {
      // What is typed and answered is never logged.
      "no-console": "error",
      "no-restricted-properties": ["error",
        { property: "innerHTML", message: "Whatever comes from elsewhere goes in as text: shared/dom.js." },
        { property: "outerHTML", message: "Whatever comes from elsewhere goes in as text: shared/dom.js." },
        { property: "insertAdjacentHTML", message: "Whatever comes from elsewhere goes in as text: shared/dom.js." }],
    },
  },
  {
    // The background alone has a network; settings.js reads the extension's own profiles.
    files: ["src/content/**/*.js", "src/panel/**/*.js", "src/options/**/*.js"],
    rules: { "no-restricted-globals": ["error", "fetch", "XMLHttpRequest", "WebSocket", "EventSource"] },
  },
  { files: ["*.js", "test/**/*.js"], languageOptions: { globals: globals.node } },
  {
    rules: {
      "no-empty": ["error", { allowEmptyCatch: true }],
      "prefer-const": "error", "no-var": "error", eqeqeq: "error", "object-shorthand": "error",
      complexity: ["error", 20], "max-lines": ["error", 300],
    },
  },
];
