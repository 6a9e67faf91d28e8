// The manifests of both browsers. Only what differs between them is written twice.

const LOOPBACK = ["http://127.0.0.1:*", "http://localhost:*"];

/**
 * @param {"chromium" | "firefox"} browser
 * @param {{version: string, hosts: string[]}} options  `hosts`: match patterns that need no question to the user
 */
export function manifestOf(browser, { version, hosts }) {
  const icons = Object.fromEntries([16, 32, 48, 128].map((size) => [size, `icons/icon-${size}.png`]));
  return {
    manifest_version: 3,
    name: "medrisk",
    version,
    description: "Checks medication lists with a medrisk server. Draft knowledge, for pharmacist review.",
    icons,
    action: { default_title: "medrisk: check a medication list", default_icon: icons },
    permissions: ["activeTab", "contextMenus", "scripting", "storage", ...(browser === "chromium" ? ["sidePanel"] : [])],
    ...(hosts.length ? { host_permissions: hosts } : {}),
    optional_host_permissions: ["https://*/*", "http://*/*"],
    commands: { _execute_action: { suggested_key: { default: "Alt+Shift+M" }, description: "Check the selection, or this page" } },
    options_ui: { page: "options/options.html", open_in_tab: true },
    storage: { managed_schema: "managed.json" },
    content_security_policy: {
      extension_pages: `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' https: ${LOOPBACK.join(" ")}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    },
    ...(browser === "chromium" ? CHROMIUM : FIREFOX),
  };
}

const CHROMIUM = {
  // 116 is the first with sidePanel.open.
  minimum_chrome_version: "116",
  background: { service_worker: "background/background.js", type: "module" },
  side_panel: { default_path: "panel/panel.html" },
};

const FIREFOX = {
  background: { scripts: ["background/background.js"], type: "module" },
  sidebar_action: { default_panel: "panel/panel.html", default_title: "medrisk", default_icon: "icons/icon-32.png", open_at_install: false },
  browser_specific_settings: {
    gecko: {
      id: "medrisk@medrisk.example",
      // 128 is the first with optional_host_permissions.
      strict_min_version: "128.0",
      data_collection_permissions: { required: ["healthInfo", "websiteContent"] },
    },
  },
};
