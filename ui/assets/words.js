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
