// How questions are answered, kept in this browser, and which turn the next question takes the place of.

const KEY = "pincite-settings";

function settings() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

let replacing = {};

// The server takes what was chosen with each question; numbers are numbers, and what is empty is left out.
export function wish(given) {
  const chosen = Object.fromEntries(Object.entries(settings()).filter(([, value]) => value !== ""));
  if (chosen.sources) chosen.sources = Number(chosen.sources);
  const told = JSON.stringify({ ...chosen, ...replacing });
  replacing = {};
  return [...given.slice(0, -1), told];
}

export function replaceNext(number, alone) {
  replacing = { replaces: number, alone };
}

export function fillSettings(panel) {
  const chosen = settings();
  for (const field of panel.querySelectorAll("[data-setting]")) {
    field.value = chosen[field.dataset.setting] ?? "";
    if (field.selectedIndex < 0) field.value = ""; // A model that has gone.
  }
}

document.addEventListener("change", (event) => {
  const field = event.target.closest?.("[data-setting]");
  if (!field) return;
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...settings(), [field.dataset.setting]: field.value }));
  } catch {
    // A browser that keeps nothing: the choice would be lost at once, so it is taken back where the person sees it.
    field.value = "";
  }
});
