// What the page does by itself: follow a marker to its source and back, unfold, copy, and ask an example question.
// Everything is found by class, id and data-pc; no text of a document ever becomes markup or code here.

import { showDocuments } from "./documents.js";
import { save } from "./export.js";
import { forgetAll, nameInAddress, showHistory } from "./history.js";
import { read } from "./reader.js";
import { fillSettings, replaceNext, wish } from "./settings.js";
import { verdict } from "./verdict.js";
import { say } from "./words.js";

// What the framework's events take from here: see _WISH and _PICKED in chat_page.py.
window.pincite = { wish, picked: "" };

const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const box = () => document.querySelector("#pc-question textarea");

function bringIntoView(element, block) {
  element.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block });
}

// The page has a <base>, so a bare "#…" could leave the page: the jump is made here instead.
function follow(link) {
  const target = document.getElementById(link.getAttribute("href").slice(1));
  if (!target) return;
  target.focus({ preventScroll: true });
  bringIntoView(target, "nearest");
  target.classList.remove("pc-flash");
  void target.offsetWidth; // Restarts the animation when the same marker is followed again.
  target.classList.add("pc-flash");
}

function unfold(button) {
  const open = button.closest(".pc-card").classList.toggle("pc-open");
  button.setAttribute("aria-expanded", String(open));
  button.textContent = open ? say("Show less") : say("Show the whole passage");
}

async function copy(button) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = say("Copied");
  } catch {
    button.textContent = say("The browser did not allow it");
  }
  window.setTimeout(() => (button.textContent = label), 1600);
}

const isBusy = () => document.querySelector('#pc-now .pc-answer[aria-busy="true"]') !== null;

// Puts a question into the box and asks it.
function put(question) {
  const field = box();
  if (!field) return;
  field.value = question;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus({ preventScroll: true });
  window.requestAnimationFrame(() => document.querySelector("button#pc-ask")?.click());
}

// An earlier question in other words: a field in its place, which asks anew from there.
function edit(button) {
  const asked = button.closest(".pc-asked");
  asked.querySelector(".pc-edit")?.remove();
  const form = asked.appendChild(document.createElement("form"));
  form.className = "pc-edit";
  const field = form.appendChild(document.createElement("textarea"));
  field.value = button.dataset.question;
  field.rows = 2;
  field.setAttribute("aria-label", say("The question in other words"));
  const send = form.appendChild(document.createElement("button"));
  send.className = "pc-button";
  send.textContent = say("Ask this instead");
  const drop = form.appendChild(document.createElement("button"));
  drop.type = "button";
  drop.className = "pc-quiet-button";
  drop.textContent = say("Leave it");
  const leave = () => {
    form.remove();
    button.focus({ preventScroll: true });
  };
  drop.addEventListener("click", leave);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!field.value.trim()) return;
    if (isBusy()) return;
    replaceNext(field.value, Number(button.dataset.number), button.dataset.alone === "yes");
    put(field.value);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      leave();
    }
  });
  field.focus();
  field.select();
}

function again(button) {
  if (isBusy()) return;
  replaceNext(button.dataset.question, Number(button.dataset.number), false);
  put(button.dataset.question);
}

const openers = { "pc-history": showHistory, "pc-documents": () => showDocuments(), "pc-settings": fillSettings };

function panel(button) {
  const opened = document.getElementById(button.dataset.panel);
  for (const words of opened.querySelectorAll("input[type=search]")) words.value = "";
  opened.showModal();
  openers[opened.id]?.(opened);
}

async function leave() {
  await fetch("/logout", { method: "POST" }).catch(() => null);
  window.location.reload();
}

const deeds = {
  leave,
  unfold,
  copy,
  ask: (button) => put(button.dataset.question),
  save,
  verdict,
  edit,
  again,
  panel,
  close: (button) => button.closest("dialog").close(),
  read: ({ dataset }) => read({ ...dataset }),
  "forget-all": forgetAll,
  "more-documents": () => showDocuments(true),
};

// A press beside a panel closes it.
document.addEventListener("click", (event) => {
  if (event.target.matches?.("dialog.pc-panel")) event.target.close();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#src-"], a[href^="#ref-"]');
  if (link) {
    event.preventDefault();
    follow(link);
    return;
  }
  const button = event.target.closest("button[data-pc]");
  if (button) deeds[button.dataset.pc]?.(button);
});

// Pointing at a marker lights its card, pointing at a card lights its markers.
function light(event, on) {
  const link = event.target.closest?.("a.pc-marker");
  if (link) document.getElementById(link.getAttribute("href").slice(1))?.classList.toggle("pc-hot", on);
  const card = event.target.closest?.(".pc-card[id^='src-']");
  if (card) {
    const markers = document.querySelectorAll(`a.pc-marker[href="#${CSS.escape(card.id)}"]`);
    markers.forEach((marker) => marker.classList.toggle("pc-hot", on));
  }
}
document.addEventListener("mouseover", (event) => light(event, true));
document.addEventListener("mouseout", (event) => light(event, false));

// The pressed button goes away: keep the keyboard where the next question is typed, without raising a phone's.
const hasMouse = window.matchMedia("(pointer: fine)");
document.addEventListener("click", (event) => {
  if (hasMouse.matches && event.target.closest("#pc-ask, #pc-stop, #pc-new")) box()?.focus({ preventScroll: true });
});

document.addEventListener("keydown", (event) => {
  const stop = document.querySelector("button#pc-stop");
  if (event.key === "Escape" && stop?.checkVisibility()) stop.click();
});

// An answer that cannot come any more must not look as if it were on its way.
async function watch() {
  if (!document.querySelector("#pc-now .pc-stage")) return;
  const alive = await fetch("/pincite/pincite.svg", { method: "HEAD", cache: "no-store" }).then(
    () => true,
    () => false,
  );
  document.documentElement.classList.toggle("pc-lost", !alive);
  const status = document.querySelector("#pc-status [role=status]");
  if (alive || !status) return;
  status.className = "pc-status pc-notice";
  status.textContent = say("The connection to pincite is lost. Start it again in the terminal, then reload this page.");
}
window.setInterval(watch, 3000);

// The turn before moves up in the page at the same time: measure only when both have been laid out.
function afterLayout(deed) {
  window.requestAnimationFrame(() => window.requestAnimationFrame(deed));
}

// A new question goes to the top of the window, so that its answer has room to grow below it.
let latest = 0;
let wasBusy = false;
new MutationObserver(() => {
  const turn = document.querySelector("#pc-now .pc-turn");
  const number = turn ? Number(turn.id.slice("turn-".length)) : 0;
  const busy = isBusy();
  if (number > latest || (busy && !wasBusy)) afterLayout(() => bringIntoView(turn, "start"));
  latest = number;
  wasBusy = busy;
  nameInAddress();
}).observe(document.documentElement, {
  childList: true,
  subtree: true,
  attributes: true,
  attributeFilter: ["id", "aria-busy", "data-conversation"],
});
