// One document, opened at a span: its text as text, the span marked and brought into view.

import { at } from "./place.js";
import { call, day, element, note } from "./rows.js";
import { say } from "./words.js";

const MARGIN = 20_000;
let latest = 0;
const panel = () => document.getElementById("pc-reader");

export async function read({ document: id, start, end, quote = "", margin = MARGIN }) {
  const mine = ++latest; // What was asked for before may come later.
  const place = document.getElementById("pc-reader-text");
  place.replaceChildren();
  document.getElementById("pc-reader-title").textContent = "…";
  document.getElementById("pc-reader-meta").textContent = "";
  note(panel(), "");
  if (!panel().open) panel().showModal();
  try {
    const path = `/v1/documents/${encodeURIComponent(id)}/around`;
    const response = await call("GET", at(path, { start, end, margin, quote }));
    const found = await response.json();
    if (mine !== latest) return;
    document.getElementById("pc-reader-title").textContent = found.title;
    document.getElementById("pc-reader-meta").textContent = [found.date && day(found.date), found.source.split(/[\\/]/).pop()]
      .filter(Boolean)
      .join(" · ");
    const mark = element("mark", "", found.quote);
    place.append(found.before, ...(found.quote ? [mark] : []), found.after);
    if (!found.is_found) note(panel(), say("The document has changed since; these words are no longer in it."), true);
    else if (!found.is_whole) note(panel(), say("A long document: the part around the place is shown."));
    if (found.quote) mark.scrollIntoView({ block: "center" });
    else place.scrollTop = 0;
    place.focus({ preventScroll: true });
  } catch (error) {
    if (mine === latest) note(panel(), error.message, true);
  }
}
