// What a script adds to a page that is complete without one: the answer in place, names offered while typing, buttons
// to copy and print. Nothing is kept, and the text goes only where the form would send it.

const form = document.getElementById("paste");
const result = document.getElementById("result");
const status = document.getElementById("status");

const say = (words) => { status.textContent = words; };

async function check(event) {
  event.preventDefault();
  say("Checking");
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { Accept: "text/html" },
    });
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    refuse("The server did not answer. Nothing was checked; the list is still in the box.");
  } finally {
    form.removeAttribute("aria-busy");
  }
}

function show(page) {
  const fresh = page.getElementById("paste");
  if (!fresh) { // An error that is a page of its own. The list stays in the box.
    refuseWith(page);
    return;
  }
  const isOpen = form.querySelector("details.patient").open;
  form.replaceChildren(...fresh.childNodes);
  form.className = fresh.className;
  form.querySelector("details.patient").open ||= isOpen;
  result.replaceChildren(...page.getElementById("result").childNodes);
  document.title = page.title;
  prepare();
  const place = document.getElementById("answer") ?? document.getElementById("error");
  place.setAttribute("tabindex", "-1");
  place.focus();
  place.scrollIntoView();
  say(document.getElementById("answer-heading")?.textContent ?? place.textContent.trim());
}

function refuse(...parts) {
  document.getElementById("error")?.remove();
  const error = document.createElement("div");
  error.id = "error";
  error.className = "error";
  error.setAttribute("role", "alert");
  error.append(...parts.map((part) => typeof part === "string" ? paragraph(part) : part));
  form.prepend(error);
  result.replaceChildren(); // An answer to an older text must not stand under a newer one.
  document.title = "Error: nothing was checked – medrisk";
  say("");
  form.elements.text.focus();
}

function refuseWith(page) {
  const title = page.querySelector("h1")?.textContent ?? "The server did not answer";
  const words = page.getElementById("words")?.children ?? [paragraph("Nothing was checked; the list is still in the box.")];
  const who = page.querySelector(".who");
  if (who) document.querySelector(".who")?.replaceWith(who); // The session may have ended.
  refuse(`${title}.`, ...words);
}

function paragraph(words) {
  return Object.assign(document.createElement("p"), { textContent: words });
}

function clear(event) {
  event.preventDefault();
  form.querySelectorAll("input, textarea").forEach((field) => { field.value = ""; });
  form.querySelectorAll("select").forEach((field) => { field.value = field.name === "onset_unit" ? "weeks" : ""; });
  document.getElementById("error")?.remove();
  result.replaceChildren();
  document.title = "medrisk: check a medication list";
  form.elements.text.focus();
  say("Cleared");
}

function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "small";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

async function copy() {
  const plain = document.getElementById("plain");
  try {
    await navigator.clipboard.writeText(plain.value);
    say("Copied");
  } catch { // Over plain http the clipboard is closed to scripts; the text is opened and selected instead.
    plain.closest("details").open = true;
    plain.select();
    say("The text is selected: copy it with the keyboard");
  }
}

// Names for the field that is typed in. A server without the search, or a refusal, ends the asking.
let mayAsk = true;
let asked = 0;

async function offer(field) {
  const words = field.value.trim();
  if (!form.dataset.search || !mayAsk || words.length < 3) return;
  const turn = ++asked;
  try {
    const answer = await fetch(form.dataset.search, {
      method: "POST",
      body: JSON.stringify({ prefix: words, limit: 8 }),
      headers: { "Content-Type": "application/json" },
    });
    mayAsk = answer.ok || answer.status === 429;
    if (!answer.ok || turn !== asked) return;
    const { drugs } = await answer.json();
    const names = new Set(drugs.map((drug) => drug.name));
    list(field).replaceChildren(...[...names].map((name) => new Option("", name)));
  } catch {
    mayAsk = false;
  }
}

function list(field) {
  const id = `${field.name}-names`;
  const held = document.getElementById(id);
  if (held) return held;
  const made = document.createElement("datalist");
  made.id = id;
  field.after(made);
  field.setAttribute("list", id);
  return made;
}

let pause;
document.addEventListener("input", ({ target }) => {
  if (!target.matches("input.drug")) return;
  clearTimeout(pause);
  pause = setTimeout(offer, 200, target);
});

function prepare() {
  document.getElementById("clear").addEventListener("click", clear);
  const today = document.getElementById("today");
  if (!today) return;
  today.textContent = new Date().toLocaleDateString(undefined, { dateStyle: "long" });
  const buttons = document.createElement("p");
  buttons.className = "buttons no-print";
  buttons.append(button("Copy as plain text", copy), button("Print or save as PDF", () => window.print()));
  document.querySelector(".record h3").after(buttons);
}

form.addEventListener("submit", check);
prepare();
