// Which library the page asks: the address says so, and every call to the server repeats it.

export const library = new URLSearchParams(window.location.search).get("library") ?? "";

export function at(path, parameters = {}) {
  const asked = new URLSearchParams({ ...parameters, ...(library && { library }) });
  return asked.size ? `${path}?${asked}` : path;
}
