// How questions are answered, kept in this browser, and which turn the next question takes the place of.

import { library } from "./place.js";

const KEY = "pincite-settings";
const COOKIE = "pincite-language"; // The server reads it, too: see words.py.
const KEPT_SECONDS = 400 * 24 * 60 * 60; // Browsers keep no cookie longer.

function settings() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

let replacing = {};

// The server takes what was chosen with each question; numbers are numbers, and what is empty is left out. A turn is
// replaced only by the very question that was meant to.
export function wish(given) {
  const chosen = Object.fromEntries(Object.entries(settings()).filter(([, value]) => value !== ""));
  if (chosen.sources) chosen.sources = Number(chosen.sources);
  const { text, ...turn } = replacing;
  const told = JSON.stringify({ ...chosen, ...(text === given[0] && turn), library });
  replacing = {};
  return [...given.slice(0, -1), told];
}

export function replaceNext(text, number, alone) {
  replacing = { text, replaces: number, alone };
}

export function fillSettings(panel) {
  const chosen = settings();
  for (const field of panel.querySelectorAll("[data-setting]")) {
    field.value = chosen[field.dataset.setting] ?? "";
    if (field.selectedIndex >= 0) continue;
    field.value = ""; // A model that has gone.
    set(field.dataset.setting, "");
  }
  panel.querySelector("[data-language]").value = chosenLanguage();
}

function set(name, value) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...settings(), [name]: value }));
    return true;
  } catch {
    return false;
  }
}

const chosenLanguage = () => document.cookie.match(new RegExp(`(?:^|; )${COOKIE}=(\\w+)`))?.[1] ?? "";

function choose(language) {
  document.cookie = `${COOKIE}=${language}; Path=/; Max-Age=${language ? KEPT_SECONDS : 0}; SameSite=Strict`;
  window.location.reload();
}

document.addEventListener("change", (event) => {
  if (event.target.matches?.("select[data-language]")) choose(event.target.value);
  const field = event.target.closest?.("[data-setting]");
  if (!field) return;
  // A browser that keeps nothing: the choice would be lost at once, so it is taken back where the person sees it.
  if (!set(field.dataset.setting, field.value)) field.value = "";
});
