// The documents of the library: list, filter, add with progress, take out.

import { showLibraries } from "./libraries.js";
import { at } from "./place.js";
import { button, call, counted, day, element, note, settled } from "./rows.js";
import { read } from "./reader.js";
import { unreadText } from "./unread.js";
import { restated, say } from "./words.js";

const PAGE = 50;
const panel = () => document.getElementById("pc-documents");
let shown = 0;
let latest = 0;

export async function showDocuments(more = false) {
  if (!more) showLibraries().catch(() => {}); // What is wrong is told by the documents.
  const words = document.getElementById("pc-documents-words").value.trim();
  const rows = document.getElementById("pc-documents-rows");
  const offset = more ? shown : 0;
  const mine = ++latest;
  try {
    const response = await call("GET", at("/v1/documents", { q: words, limit: PAGE, offset }));
    const found = await response.json();
    if (mine !== latest) return; // A later search has begun.
    const total = Number(response.headers.get("X-Total-Count"));
    if (!more) rows.replaceChildren();
    rows.append(...found.map(row));
    shown = offset + found.length;
    panel().querySelector("[data-pc=more-documents]").hidden = shown >= total;
    const none = words ? say("No document fits.") : say("The library is empty.");
    note(panel(), total ? counted(total, "{n} document", "{n} documents") : none);
  } catch (error) {
    note(panel(), error.message, true);
  }
}

function row(record) {
  const item = element("li", "pc-row");
  const open = button(record.title, "pc-row-main", () => read({ document: record.id, start: 0, end: 0 }));
  const tags = record.tags.map((tag) => `#${tag}`).join(" ");
  const about = [record.date && day(record.date), record.source.split(/[\\/]/).pop(), tags].filter(Boolean).join(" · ");
  open.append(element("span", "pc-meta", about));
  const remove = button(say("Remove"), "pc-quiet-button", async () => {
    if (!remove.dataset.sure) {
      remove.dataset.sure = "asked";
      label(record.uploaded ? say("Remove for good?") : say("Take out? The file stays."));
      window.setTimeout(() => {
        delete remove.dataset.sure;
        label(say("Remove"));
      }, 5000);
      return;
    }
    try {
      await call("DELETE", at(`/v1/documents/${encodeURIComponent(record.id)}`));
      await showDocuments();
      lookAgain();
      document.getElementById("pc-documents-words").focus();
    } catch (error) {
      note(panel(), error.message, true);
    }
  });
  const label = (text) => {
    remove.textContent = text;
    remove.setAttribute("aria-label", `${text} ${record.title}`);
  };
  label(say("Remove"));
  item.append(open, remove);
  return item;
}

const lookAgain = () => document.querySelector("button#pc-look")?.click();

// --- adding ----------------------------------------------------------------------------------------------------------

let queue = Promise.resolve();

export function addFiles(files) {
  if (!files.length) return;
  if (!panel().open) panel().showModal();
  for (const file of files) {
    const line = uploadLine(file);
    queue = queue.then(() => line.run());
  }
  queue = queue.then(() => Promise.all([showDocuments(), lookAgain()]));
}

// What the server says of an upload's progress, in the words of the page.
const stages = () => ({
  waiting: say("waiting"),
  "waiting for an answer under way": say("waiting for an answer under way"),
  checking: say("checking"),
  indexing: say("indexing"),
});

function uploadLine(file) {
  const item = document.getElementById("pc-uploads").appendChild(element("li", "pc-row"));
  const said = element("span", "pc-meta", say("waiting"));
  const main = element("span", "pc-row-main", file.name);
  const bar = element("progress", "pc-progress");
  bar.setAttribute("aria-label", say("Progress of {name}", { name: file.name }));
  main.append(said, bar);
  const stopper = new AbortController();
  const cancel = button(say("Cancel"), "pc-quiet-button", () => stopper.abort());
  cancel.setAttribute("aria-label", say("Cancel: {name}", { name: file.name }));
  item.append(main, cancel);

  function end(text, isProblem = false) {
    said.textContent = text;
    said.classList.toggle("pc-problem", isProblem);
    bar.remove();
    cancel.replaceWith(button(say("Dismiss"), "pc-quiet-button", () => item.remove()));
  }

  const failed = (reason) => end(say("not added: {reason}", { reason }), true);

  const events = {
    progress: ({ description, done, total }) => {
      said.textContent = stages()[description] ?? description;
      if (total) [bar.max, bar.value] = [total, done];
      else bar.removeAttribute("value");
    },
    report: (report) => {
      const isIn = [report.added, report.updated, report.unchanged].some((paths) => paths.length);
      const [problem] = report.failed; // Of an archive that is in, some files may have failed.
      const unread = Object.values(report.unread).flat();
      if (problem && isIn) end(say("added, but for {what}", { what: restated(problem[1]) }), true);
      else if (problem) failed(restated(problem[1]));
      else if (unread.length) end(say("added; not read: {what}", { what: unreadText(unread) }), true);
      else if (report.updated.length) end(say("updated; it takes the place of the file of this name"));
      else if (report.unchanged.length) end(say("already there, unchanged"));
      else end(say("added"));
    },
    error: ({ message }) => failed(restated(message)),
  };

  async function run() {
    try {
      stopper.signal.throwIfAborted();
      said.textContent = say("sending");
      const path = at(`/v1/files/${encodeURIComponent(file.name)}`);
      await eachEvent(await call("PUT", path, { body: file, signal: stopper.signal }), events);
    } catch (error) {
      if (stopper.signal.aborted) end(say("called off"));
      else failed(error.message);
    }
  }

  return { run };
}

async function eachEvent(response, events) {
  let last;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      if (last !== "report" && last !== "error") throw new Error(say("the connection broke off"));
      return;
    }
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/s.exec(part) ?? [];
      if (!name) continue;
      last = name;
      events[name]?.(JSON.parse(data));
    }
  }
}

const filterSoon = settled(showDocuments);
document.addEventListener("input", (event) => {
  if (event.target.id === "pc-documents-words") filterSoon();
});
document.addEventListener("change", (event) => {
  if (event.target.id !== "pc-files") return;
  addFiles([...event.target.files]);
  event.target.value = "";
});

// Files may be dropped anywhere on the page; never does the browser leave it to show one.
const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    document.documentElement.classList.add("pc-dragging");
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.documentElement.classList.remove("pc-dragging");
});
document.addEventListener("drop", (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  document.documentElement.classList.remove("pc-dragging");
  addFiles([...event.dataTransfer.files]);
});
