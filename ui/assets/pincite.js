// What the page does by itself: follow a marker to its source and back, unfold, copy, and ask an example question.
// Everything is found by class, id and data-pc; no text of a document ever becomes markup or code here.
(() => {
  "use strict";

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
    button.textContent = open ? "Show less" : "Show the whole passage";
  }

  async function copy(button) {
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    } catch {
      button.textContent = "The browser did not allow it";
    }
    window.setTimeout(() => (button.textContent = label), 1600);
  }

  function ask(button) {
    const field = box();
    if (!field) return;
    field.value = button.dataset.question;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus({ preventScroll: true });
    window.requestAnimationFrame(() => document.querySelector("button#pc-ask")?.click());
  }

  // The conversation as a file. HTML is built node by node, so that no text becomes markup there either.
  const turns = () => [...document.querySelectorAll(".pc-turn[data-export]")].map((turn) => JSON.parse(turn.dataset.export));

  function asMarkdown(said) {
    const source = (c) => `[${c.marker}] ${c.reference} (${c.source}): “${c.quote}”`;
    return said.map((t) => [`## ${t.question}`, t.answer, ...t.citations.map(source)].join("\n\n")).join("\n\n") + "\n";
  }

  function asHtml(said) {
    const page = document.implementation.createHTMLDocument("pincite");
    const add = (name, text, parent = page.body) => {
      const node = parent.appendChild(page.createElement(name));
      node.textContent = text;
      return node;
    };
    page.head.appendChild(page.createElement("meta")).setAttribute("charset", "utf-8");
    for (const turn of said) {
      add("h2", turn.question);
      add("p", turn.answer);
      const list = add("ul", "");
      for (const c of turn.citations) add("li", `[${c.marker}] ${c.reference} (${c.source}): “${c.quote}”`, list);
    }
    return `<!doctype html>\n${page.documentElement.outerHTML}`;
  }

  const formats = {
    md: ["text/markdown", asMarkdown],
    json: ["application/json", (said) => JSON.stringify(said, null, 2)],
    html: ["text/html", asHtml],
  };

  function save(button) {
    const [type, write] = formats[button.dataset.kind];
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([write(turns())], { type: `${type};charset=utf-8` }));
    link.download = `pincite-${new Date().toISOString().slice(0, 16).replace(/[:T]/g, "-")}.${button.dataset.kind}`;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    button.closest("details").open = false;
  }

  // A word on an answer: kept by this server on this machine. The reason, if there is one, follows as a second word.
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
    };
    const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch("/v1/feedback", request).catch(() => ({ ok: false }));
    return response.ok;
  }

  async function verdict(button) {
    const group = button.parentElement;
    const good = button.dataset.good === "yes";
    const kept = await tell(group, good, "");
    for (const other of group.querySelectorAll("button")) {
      other.setAttribute("aria-pressed", String(kept && other === button));
    }
    group.querySelector("input")?.remove();
    if (good || !kept) return;
    const field = group.appendChild(document.createElement("input"));
    field.placeholder = "What is wrong? (Enter keeps it)";
    field.setAttribute("aria-label", "What is wrong?");
    field.maxLength = 2000;
    field.focus({ preventScroll: true });
    field.addEventListener("keydown", async (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      field.disabled = await tell(group, false, field.value.trim());
    });
  }

  async function leave() {
    await fetch("/logout", { method: "POST" }).catch(() => null);
    window.location.reload();
  }

  const deeds = { unfold, copy, ask, save, verdict, leave };

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
    status.textContent = "The connection to pincite is lost. Start it again in the terminal, then reload this page.";
  }
  window.setInterval(watch, 3000);

  // The turn before moves up in the page at the same time: measure only when both have been laid out.
  function afterLayout(deed) {
    window.requestAnimationFrame(() => window.requestAnimationFrame(deed));
  }

  // A new question goes to the top of the window, so that its answer has room to grow below it.
  let latest = 0;
  new MutationObserver(() => {
    const turn = document.querySelector("#pc-now .pc-turn");
    const number = turn ? Number(turn.id.slice("turn-".length)) : 0;
    if (number > latest) afterLayout(() => bringIntoView(turn, "start"));
    latest = number;
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["id"] });
})();
