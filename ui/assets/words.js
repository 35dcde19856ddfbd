// What the page's own script says, in the language that the server found for it; the catalogue is the server's.

const root = document.documentElement;
export const language = root.dataset.language ?? "en";

// The framework writes the browser's language there, which need not be the page's.
const keep = () => {
  if (root.lang !== language) root.lang = language;
};
new MutationObserver(keep).observe(root, { attributes: true, attributeFilter: ["lang"] });
keep();

async function catalogue() {
  const response = await fetch(`/pincite/words/${language}.json`);
  return response.ok ? response.json() : {};
}
let words = {};
// Settles when the words are there, or never will be.
export const ready = language === "en" ? Promise.resolve() : catalogue().then((found) => (words = found), () => {});

// A text in the page's language, its {placeholders} filled; English where there is no other.
export function say(text, values = {}) {
  return (words[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// A stated failure in the page's language: known by what stands between its values, which are {0}, {1} … in the catalogue.
export function restated(failure) {
  if (failure in words) return words[failure];
  const bare = (text) => text.replace(/\{\d\}/g, "");
  const texts = Object.keys(words).filter((text) => text.includes("{0}"));
  for (const text of texts.sort((a, b) => bare(b).length - bare(a).length)) {
    const parts = text.split(/\{\d\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const found = new RegExp(`^${parts.join("(.*?)")}$`, "s").exec(failure.slice(0, 2000));
    if (found) return words[text].replace(/\{(\d)\}/g, (whole, place) => found[Number(place) + 1]);
  }
  return failure;
}
