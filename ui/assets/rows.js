// Rows of a list, and what the server says. Text is put in as text, never as markup.

import { language, restated, say } from "./words.js";

export function element(name, style = "", text = "") {
  const node = document.createElement(name);
  if (style) node.className = style;
  if (text) node.textContent = text;
  return node;
}

export function button(label, style, deed) {
  const node = element("button", style, label);
  node.type = "button";
  node.addEventListener("click", deed);
  return node;
}

// Answers of the server, or a sentence on why there is none.
export async function call(method, path, options = {}) {
  let response;
  try {
    response = await fetch(path, { method, ...options });
  } catch {
    throw new Error(say("The connection to pincite is lost. Start it again in the terminal, then reload this page."));
  }
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  const { status } = response;
  const problem = said.error?.message ?? said.detail;
  throw new Error(problem ? restated(String(problem)) : say("That did not work ({status}).", { status }));
}

export function note(panel, text, isProblem = false) {
  const line = panel.querySelector(".pc-panel-note");
  line.textContent = text;
  line.classList.toggle("pc-problem", isProblem);
}

// The last of many calls in a row, a moment after it.
export function settled(deed, milliseconds = 200) {
  let timer;
  return () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(deed, milliseconds);
  };
}

export function day(iso) {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : date.toLocaleString(language, {
    dateStyle: "medium",
    ...(iso.includes("T") && { timeStyle: "short" }),
  });
}

export function counted(number, one, many) {
  return say(number === 1 ? one : many, { n: number.toLocaleString(language) });
}
