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

  const deeds = { unfold, copy, ask };

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
