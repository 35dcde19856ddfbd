// The conversations of this browser: find, open, delete.

import { at } from "./place.js";
import { button, call, counted, day, element, note, settled } from "./rows.js";
import { say } from "./words.js";

const panel = () => document.getElementById("pc-history");
const current = () => document.querySelector('.pc-turn[data-conversation]:not([data-conversation=""])')?.dataset.conversation;

let latest = 0;

export async function showHistory() {
  const mine = ++latest;
  const words = document.getElementById("pc-history-words").value.trim();
  const rows = document.getElementById("pc-history-rows");
  try {
    const response = await call("GET", at("/v1/conversations", { q: words }));
    const found = await response.json();
    if (mine !== latest) return; // A later search has begun.
    rows.replaceChildren(...found.map(row));
    const none = words ? say("No conversation says that.") : say("Nothing is kept yet.");
    note(panel(), found.length ? "" : none);
  } catch (error) {
    note(panel(), error.message, true);
  }
}

function row(kept) {
  const item = element("li", "pc-row");
  const open = button(kept.title, "pc-row-main", () => {
    window.pincite.picked = kept.id;
    document.querySelector("button#pc-open")?.click();
    panel().close();
  });
  if (kept.id === current()) open.setAttribute("aria-current", "true");
  const questions = counted(kept.questions, "{n} question", "{n} questions");
  open.append(element("span", "pc-meta", `${day(kept.asked)} · ${questions}`));
  const remove = button(say("Delete"), "pc-quiet-button", async () => {
    try {
      await call("DELETE", at(`/v1/conversations/${encodeURIComponent(kept.id)}`));
    } catch (error) {
      note(panel(), error.message, true);
      return;
    }
    if (kept.id === current()) document.querySelector("button#pc-new")?.click();
    await showHistory();
    document.getElementById("pc-history-words").focus();
  });
  remove.setAttribute("aria-label", say("Delete: {title}", { title: kept.title }));
  item.append(open, remove);
  return item;
}

// The first press asks, the second within some seconds deletes.
export async function forgetAll(pressed) {
  if (!pressed.dataset.sure) {
    pressed.dataset.sure = "asked";
    pressed.textContent = say("Delete all for good?");
    window.setTimeout(() => {
      delete pressed.dataset.sure;
      pressed.textContent = say("Delete all");
    }, 5000);
    return;
  }
  try {
    await call("DELETE", at("/v1/conversations"));
    document.querySelector("button#pc-new")?.click();
    await showHistory();
  } catch (error) {
    note(panel(), error.message, true);
  }
}

document.addEventListener("input", (event) => {
  if (event.target.id === "pc-history-words") searchSoon();
});
const searchSoon = settled(showHistory);

// The address names the conversation, so that it is there again after a reload. What it named when the page was opened
// stays until something else is shown.
let named;

export function nameInAddress() {
  const name = current();
  if (name === named) return;
  named = name;
  const address = new URL(window.location.href);
  if (name) address.searchParams.set("c", name);
  else address.searchParams.delete("c");
  window.history.replaceState(null, "", address);
}
