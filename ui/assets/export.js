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

export function save(button) {
  const [type, write] = formats[button.dataset.kind];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([write(turns())], { type: `${type};charset=utf-8` }));
  link.download = `pincite-${new Date().toISOString().slice(0, 16).replace(/[:T]/g, "-")}.${button.dataset.kind}`;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  button.closest("details").open = false;
}
