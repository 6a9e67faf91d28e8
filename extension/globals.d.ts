/** Put in by build.js: whether scripts of the page can look into the marks. */
declare const MEDRISK_SHADOW: "open" | "closed";

declare namespace chrome {
  /** Firefox has a sidebar where Chromium has a side panel. */
  const sidebarAction: { open(): Promise<void> } | undefined;
}
