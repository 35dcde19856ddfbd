// A word on an answer: kept by this server on this machine. The reason, if there is one, follows as a second word.

import { library } from "./place.js";
import { say } from "./words.js";

async function tell(group, good, reason) {
  const said = JSON.parse(group.closest(".pc-turn").dataset.export);
  // Not randomUUID, which browsers offer on encrypted and local pages only.
  group.dataset.id ||= [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  const body = {
    id: group.dataset.id,
    question: said.understood,
    answer: said.answer,
    abstained: said.abstained,
    good,
    reason,
    citations: said.citations.map((c) => [c.document, c.quote]),
    library,
  };
  const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch("/v1/feedback", request).catch(() => ({ ok: false }));
  return response.ok;
}

export async function verdict(button) {
  const group = button.parentElement;
  const good = button.dataset.good === "yes";
  const kept = await tell(group, good, "");
  for (const other of group.querySelectorAll("button")) {
    other.setAttribute("aria-pressed", String(kept && other === button));
  }
  group.querySelector("input")?.remove();
  if (good || !kept) return;
  const field = group.appendChild(document.createElement("input"));
  field.placeholder = say("What is wrong? (Enter keeps it)");
  field.setAttribute("aria-label", say("What is wrong?"));
  field.maxLength = 2000;
  field.focus({ preventScroll: true });
  field.addEventListener("keydown", async (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    field.disabled = await tell(group, false, field.value.trim());
  });
}
