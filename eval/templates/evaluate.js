import { language, ready, say } from "/pincite/words.js";

// Starts a run, looks at it once a second, shows its figures. Text from the server is only ever set as text.
const at = (id) => document.getElementById(id);

async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error((await response.json()).reason);
}

function row(table, kind, cells) {
  const line = table.insertRow();
  for (const text of cells) {
    const cell = document.createElement(kind);
    cell.textContent = text;
    line.append(cell);
  }
}

const shown = (value) => value.toLocaleString(language, { minimumFractionDigits: 3, maximumFractionDigits: 3 });

function showFigures(metrics) {
  const table = document.createElement("table");
  row(table, "th", [say("figure"), say("value"), say("95 % interval"), "n"]);
  for (const [name, figure] of Object.entries(metrics)) {
    const range = say("{low} to {high}", { low: shown(figure.low), high: shown(figure.high) });
    row(table, "td", [name, shown(figure.value), range, String(figure.n)]);
  }
  const link = document.createElement("a");
  link.href = "report";
  link.textContent = say("Open the report");
  at("figures").replaceChildren(link, table);
}

const WORDS = {
  idle: () => "",
  running: (now) => (now.done ? say("{done} of {total} questions", now) : say("Loading…")),
  stopped: (now) => say("Stopped after {done} of {total} questions.", now),
  failed: (now) => say("It failed: {reason}", now),
  done: (now) => say("Done: {done} of {total} questions.", now),
};

async function look() {
  const now = await (await fetch("state")).json();
  const running = now.state === "running";
  at("status").textContent = WORDS[now.state](now);
  at("start").disabled = running;
  at("stop").disabled = !running;
  at("progress").hidden = !running;
  at("progress").max = now.total || 1;
  at("progress").value = now.done || 0;
  if (now.state === "done") showFigures(now.metrics);
  else at("figures").replaceChildren();
  if (running) setTimeout(look, 1000);
}

at("start").addEventListener("click", async () => {
  const mode = document.querySelector("input[name=mode]:checked").value;
  try {
    await post("start", { testset: at("testset").value, limit: Number(at("limit").value), mode });
    await look();
  } catch (error) {
    at("status").textContent = error.message;
  }
});
at("stop").addEventListener("click", async () => {
  await post("stop", {});
  await look();
});
await ready;
look();
