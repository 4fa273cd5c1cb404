// directives.yaml with line numbers; the directive behind a message lights up.

import { el, fill } from "./dom.js";
import * as api from "./api.js";

/** The Constitution tab inside `box`. */
export class Constitution {
  constructor(box, onText) {
    Object.assign(this, { box, onText, lines: [], spans: new Map() });
  }

  /** Fetch the text and draw it, when it has changed. */
  async refresh() {
    const { text, file } = await api.constitution();
    if (text === this.text) return;
    this.text = text;
    this.onText(text);
    const rows = text.replace(/\n$/, "").split("\n");
    this.spans = directives(rows);
    this.lines = rows.map((row, i) => el("li", { id: `line-${i + 1}`, class: "law-line" }, ...colour(row)));
    this.note = el("p", { class: "panel-note", role: "status" });
    fill(this.box,
      el("p", { class: "panel-lead" }, "Everything the agent may do is decided from this file, ", el("code", {}, file ?? "directives.yaml"),
        ". Point at one of its messages to see the line behind it."),
      this.note, el("ol", { class: "law", tabindex: "0", "aria-label": "The constitution, line by line" }, this.lines));
  }

  /** Ids of directives that occur in `words`. */
  named(words) {
    return [...this.spans.keys()].filter((id) => new RegExp(`(^|[^a-z0-9-])${id}($|[^a-z0-9-])`).test(words));
  }

  /** Light up these directives and bring the first into view: in the middle when asked for, else only if it is hidden. */
  light(ids, asked) {
    this.lines.forEach((line) => line.classList.remove("is-lit"));
    for (const id of ids) {
      const [from, to] = this.spans.get(id);
      for (let i = from; i <= to; i += 1) this.lines[i].classList.add("is-lit");
    }
    const first = ids.length ? this.spans.get(ids[0])[0] : -1;
    this.note.textContent = ids.length ? `Line ${first + 1}: ${ids.join(", ")}` : "";
    if (first < 0 || this.box.hidden) return;
    this.lines[this.spans.get(ids[0])[1]].scrollIntoView({ block: "nearest" });
    this.lines[first].scrollIntoView({ block: asked ? "center" : "nearest" });
  }
}

/** Where each `- id: name` entry, and each level of `urgency:`, begins and ends, as line indexes. */
export function directives(rows) {
  const spans = new Map();
  let chapter = "";
  rows.forEach((row, from) => {
    chapter = /^([a-z_]+):/.exec(row)?.[1] ?? chapter;
    const entry = /^(\s*)- (?:\{\s*)?id:\s*["']?([a-z][a-z0-9-]*)/.exec(row);
    const level = chapter === "urgency" ? /^( {2})([a-z]+):/.exec(row) : null;
    const start = entry ?? level;
    if (!start || isPerson(chapter)) return;
    let to = from;
    while (to + 1 < rows.length && belongs(rows[to + 1], start[1].length) && !(level && /^ *directives:/.test(rows[to + 1]))) to += 1;
    spans.set(entry ? entry[2] : `urgency-${level[2]}`, [from, to]);
  });
  return spans;
}

// The ids of teams and members are no directives.
const isPerson = (chapter) => chapter === "teams";

const belongs = (row, indent) => row.trim() !== "" && row.search(/\S/) > indent && !row.trim().startsWith("#");

function colour(row) {
  const parts = /^(\s*(?:- )?(?:\{ ?)?)([A-Za-z_][\w-]*)(:)(\s.*|)$/.exec(row);
  if (/^\s*#/.test(row)) return [el("span", { class: "y-note" }, row)];
  if (!parts) return [row || " "];
  const [, indent, key, colon, rest] = parts;
  const words = key === "says" ? "y-says" : key === "id" ? "y-id" : "y-value";
  return [indent, el("span", { class: "y-key" }, key), colon, el("span", { class: words }, rest)];
}
