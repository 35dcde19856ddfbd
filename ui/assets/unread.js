// What of a file could not be read, in the words of the page.

import { say } from "./words.js";

const MOST_PLACES = 6;

const things = () => ({
  scanned_page: say("scanned pages"),
  picture: say("pictures"),
  form_field: say("form fields"),
  chart: say("charts"),
  diagram: say("diagrams"),
  attachment: say("attachments"),
  formula: say("formulas without a stored value"),
  hidden_sheet: say("hidden sheets"),
  comment: say("comments"),
  encrypted_part: say("encrypted parts"),
  damaged_part: say("damaged parts"),
  embedded_object: say("embedded objects"),
  audio_video: say("audio and video"),
  too_long: say("parts beyond the limits"),
});

const remedies = () => ({
  ocr: say("text recognition is not installed"),
  convert: say("save them in another format"),
  save_again: say("open the file and save it again"),
  unlock: say("save it without a password"),
  add_separately: say("add them as files of their own"),
});

// "scanned pages: page 2, page 5 (text recognition is not installed); pictures: 3"
export function unreadText(unread) {
  const groups = new Map();
  for (const item of unread) {
    const key = `${item.what}/${item.remedy}`;
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()].map(group).join("; ");
}

function group(items) {
  const [{ what, remedy }] = items;
  const places = [...new Set(items.map((item) => item.where).filter(Boolean))];
  const count = items.reduce((sum, item) => sum + item.count, 0);
  const where = places.length ? places.slice(0, MOST_PLACES).join(", ") + (places.length > MOST_PLACES ? ", …" : "") : count;
  const advice = remedies()[remedy];
  return `${things()[what] ?? what}: ${where}${advice ? ` (${advice})` : ""}`;
}
