// Runs in a page: reads what the person selected or what a profile points at, tells the background, and shows its marks.
// It has no network, keeps nothing beyond the page's life, and writes nothing into the page but the marks.

import { matchesAddress } from "../shared/match.js";
import { Marks } from "./marks.js";
import { noFacts, readFacts, readRows, selectedText } from "./reading.js";

/** @typedef {import("../shared/profile.js").Profile} Profile */

// A page is read when nothing has changed for so long, and no later than so long after the first change.
const SETTLE_MILLISECONDS = 400;
const LATEST_MILLISECONDS = 2000;

export class Agent {
  constructor() {
    /** @type {Profile[]} */
    this.profiles = [];
    /** @type {Profile[]} of this page's site, where the user allowed it */
    this.siteProfiles = [];
    this.isAsked = false;
    /** @type {{text: string, address: string} | null} */
    this.chosen = null;
    /** @type {Element[]} */
    this.rows = [];
    this.seen = "";
    /** @type {number | undefined} when the first change came that was not looked at yet */
    this.since = undefined;
    this.marks = new Marks({ openPanel: async () => await this.tell({ type: "open-panel" }) === true });
    this.observer = new MutationObserver(() => this.later());
    this.later = this.later.bind(this);
  }

  async start() {
    chrome.runtime.onMessage.addListener((message, sender) => {
      if (sender.id === chrome.runtime.id && !sender.tab) this.hear(message);
    });
    addEventListener("pagehide", () => this.tell({ type: "gone" }));
    addEventListener("pageshow", (event) => event.persisted && this.tell({ type: "changed" }));
    await this.learnSite();
  }

  /** Asks whether the user allowed this page's site, and follows it if so. */
  async learnSite() {
    const had = this.siteProfiles.length > 0;
    this.siteProfiles = (await this.tell({ type: "hello" }))?.profiles ?? [];
    if (this.siteProfiles.length || (had && !this.isAsked)) this.follow(this.siteProfiles);
  }

  /** @param {any} message */
  hear(message) {
    if (message.type === "check") this.check(message);
    else if (message.type === "tell") this.report(message.round);
    else if (message.type === "marks") this.show(message);
    else if (message.type === "show-row") this.lead(message);
    else if (message.type === "look-again") this.learnSite();
  }

  /**
   * The person asked: for the selection in this frame, or for what the profiles find.
   * @param {{what: "selection" | "page", profiles: Profile[]}} message
   */
  check({ what, profiles }) {
    const text = what === "selection" ? selectedText() : "";
    this.chosen = text.trim() ? { text, address: location.href } : null;
    this.isAsked = true;
    this.follow(this.siteProfiles.length ? this.siteProfiles : profiles);
  }

  /**
   * Looks at what these profiles point at, now and whenever it changes; with none, at nothing any more.
   * @param {Profile[]} profiles
   */
  follow(profiles) {
    this.profiles = profiles;
    this.observer.disconnect();
    for (const kind of ["input", "change"]) removeEventListener(kind, this.later, true);
    if (!profiles.length) {
      this.marks.remove();
      this.rows = [];
      this.tell({ type: "changed" });
      return;
    }
    this.observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["class", "hidden", "style", "value"] });
    for (const kind of ["input", "change"]) addEventListener(kind, this.later, { capture: true, passive: true });
    this.seen = this.written(this.read());
    this.tell({ type: "changed" });
  }

  /** Waits until the page has settled. A page that never does is read all the same. */
  later() {
    const now = performance.now();
    this.since ??= now;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), Math.min(SETTLE_MILLISECONDS, Math.max(this.since + LATEST_MILLISECONDS - now, 0)));
  }

  /** Tells whether the text is another one than before. */
  look() {
    this.since = undefined;
    if (!chrome.runtime?.id) { // The extension was updated or removed.
      this.follow([]);
      return;
    }
    const found = this.read();
    const written = this.written(found);
    const hasLeft = this.chosen !== null && this.chosen.address !== location.href;
    if (hasLeft) this.chosen = null; // What was selected belongs to a screen that is gone.
    if (hasLeft || written !== this.seen) {
      this.seen = written;
      this.marks.clear(); // They were for an older text.
      this.tell({ type: "changed" });
    } else if (found.rows.some((row, at) => row.element !== this.rows[at])) {
      this.tell({ type: "changed" }); // The page drew the same lines anew: the marks go to the new ones.
    } else {
      this.marks.soon();
    }
  }

  /** What the first profile that finds anything reads on this page. */
  read() {
    for (const profile of this.profiles) {
      if (!matchesAddress(profile.url, location.href)) continue;
      const rows = readRows(profile);
      if (rows.length) return { profile: profile.name, rows, facts: readFacts(profile) };
    }
    return { profile: null, rows: [], facts: noFacts() };
  }

  /** @param {ReturnType<Agent["read"]>} found */
  written({ profile, rows, facts }) {
    return JSON.stringify([profile, rows.map(({ text, stopped }) => [text, stopped]), facts]);
  }

  /** @param {number} round */
  report(round) {
    const { profile, rows, facts } = this.read();
    this.rows = rows.map((row) => row.element);
    this.round = round;
    const lines = rows.map(({ text, stopped }) => ({ text, stopped }));
    this.tell({ type: "list", round, profile, lines, facts, chosen: this.chosen?.text ?? null });
  }

  /** @param {{round: number, marks: (import("../shared/counting.js").Mark | null)[]}} message */
  show({ round, marks }) {
    if (round === this.round && marks.length === this.rows.length) this.marks.show(this.rows, marks);
    else this.marks.clear();
  }

  /** @param {{index: number}} message */
  lead({ index }) {
    const row = this.rows[index];
    if (!row?.isConnected) return;
    window.focus();
    this.marks.lead(index, row);
  }

  /** @param {object} message */
  async tell(message) {
    try {
      return await chrome.runtime.sendMessage(message);
    } catch { // The extension was updated or removed while the page stayed open.
      return null;
    }
  }
}
