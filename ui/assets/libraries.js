// Which library the page asks, and a new one. Another library is another page: nothing of one is mixed with the other.

import { library } from "./place.js";
import { call, note } from "./rows.js";

const NEW = "\n"; // No library can be called so.

const go = (name) => window.location.assign(name ? `/?${new URLSearchParams({ library: name })}` : "/");

export async function showLibraries() {
  const place = document.getElementById("pc-libraries");
  const { served, names } = await (await call("GET", "/v1/libraries")).json();
  place.hidden = !names.length;
  const field = place.querySelector("select");
  const options = names.map((name) => new Option(name, name === served ? "" : name));
  field.replaceChildren(...options, new Option(field.dataset.new, NEW));
  field.value = library;
}

document.addEventListener("change", (event) => {
  if (event.target.id !== "pc-set-library") return;
  const form = document.getElementById("pc-new-library");
  form.hidden = event.target.value !== NEW;
  if (form.hidden) go(event.target.value);
  else form.querySelector("input").focus();
});

document.addEventListener("submit", async (event) => {
  if (event.target.id !== "pc-new-library") return;
  event.preventDefault();
  const name = event.target.querySelector("input").value;
  const headers = { "Content-Type": "application/json" };
  try {
    const response = await call("POST", "/v1/libraries", { headers, body: JSON.stringify({ name }) });
    go((await response.json()).name);
  } catch (error) {
    note(document.getElementById("pc-documents"), error.message, true);
  }
});
