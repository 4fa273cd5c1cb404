// Standard Markdown, as the `markdown` block takes it: the everyday part, as nodes.

import { el } from "./dom.js";
import { link } from "./mrkdwn.js";

/** Render Markdown text. Raw HTML stays text. */
export function markdown(text) {
  const out = document.createDocumentFragment();
  text.split(/^```[^\n]*\n?/m).forEach((part, index) => {
    if (index % 2) out.append(el("pre", { class: "code" }, part.replace(/\n$/, "")));
    else for (const chunk of part.split(/\n{2,}/)) if (chunk.trim()) out.append(...paragraph(chunk.trim().split("\n")));
  });
  return out;
}

function paragraph(lines) {
  if (lines.length > 1 && lines[0].includes("|") && /^[\s|:-]+$/.test(lines[1])) return [table(lines)];
  const out = [];
  for (const line of lines) place(line, out);
  return out;
}

function place(line, out) {
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  const item = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/.exec(line);
  const quote = /^>\s?(.*)$/.exec(line);
  const last = out[out.length - 1];
  if (heading) out.push(el("h4", { class: "md-heading" }, ...inline(heading[2])));
  else if (/^\s*(-{3,}|\*{3,})\s*$/.test(line)) out.push(el("hr"));
  else if (item) grow(out, last, item[1] ? "OL" : "UL").append(el("li", {}, ...inline(item[2])));
  else if (quote) grow(out, last, "BLOCKQUOTE").append(...inline(quote[1]), " ");
  else if (last?.tagName === "P") last.append(" ", ...inline(line));
  else out.push(el("p", {}, ...inline(line)));
}

function grow(out, last, tag) {
  if (last?.tagName === tag) return last;
  const fresh = el(tag);
  out.push(fresh);
  return fresh;
}

function table(lines) {
  const cells = (line) => line.replace(/^\s*\||\|\s*$/g, "").split("|").map((cell) => cell.trim());
  const row = (line, tag) => el("tr", {}, cells(line).map((cell) => el(tag, {}, ...inline(cell))));
  return el("div", { class: "table-wrap" }, el("table", {}, el("thead", {}, row(lines[0], "th")),
    el("tbody", {}, lines.slice(2).map((line) => row(line, "td")))));
}

const TOKEN = /`([^`]+)`|\*\*(.+?)\*\*|~~(.+?)~~|(?<![\w*])[*_](?=\S)(.+?)(?<=\S)[*_](?!\w)|!?\[([^\]]*)\]\(([^)\s]+)\)/;

function inline(text) {
  const out = [];
  let rest = text;
  for (let hit = TOKEN.exec(rest); hit; hit = TOKEN.exec(rest)) {
    out.push(rest.slice(0, hit.index), token(hit));
    rest = rest.slice(hit.index + hit[0].length);
  }
  out.push(rest);
  return out;
}

function token([, code, bold, strike, italic, label, url]) {
  if (code) return el("code", {}, code);
  if (bold) return el("strong", {}, ...inline(bold));
  if (strike) return el("s", {}, ...inline(strike));
  if (italic) return el("em", {}, ...inline(italic));
  return link(url, label);
}
