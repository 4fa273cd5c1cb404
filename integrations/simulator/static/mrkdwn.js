// Slack's mrkdwn as nodes: what Slack would make bold is bold here, what Slack would leave as text stays text.

import { el } from "./dom.js";
import { emoji } from "./emoji.js";
import { formatDate } from "./dates.js";

/** Undo the three escapes Slack knows; nothing else is an entity. */
export function decode(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** An address people may follow, or null: http, https and mailto only. */
export function safeUrl(url) {
  try {
    const parsed = new URL(url);
    return ["http:", "https:", "mailto:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** A link, or only its words when the address is not one to follow. */
export function link(url, label) {
  const href = safeUrl(url);
  const words = label || url;
  if (!href) return el("span", { class: "dead-link", title: "not a web address" }, words);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, words);
}

/** Render mrkdwn. `scene` knows users, channels and the viewer's zone. */
export function mrkdwn(text, scene) {
  const out = document.createDocumentFragment();
  text.split(/```/).forEach((part, index) => {
    if (index % 2) out.append(el("pre", { class: "code" }, decode(part.replace(/^\n|\n$/g, ""))));
    else out.append(...lines(part, scene));
  });
  return out;
}

function lines(text, scene) {
  const out = [];
  let quote = null;
  let first = true;
  for (const line of text.split("\n")) {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quoted) {
      if (!quote) out.push((quote = el("blockquote")));
      else quote.append(el("br"));
      quote.append(...inline(quoted[1], scene));
    } else {
      if (!first && !quote) out.push(el("br"));
      out.push(...inline(line, scene));
      quote = null;
    }
    first = false;
  }
  return out;
}

const MARK = { "*": "strong", _: "em", "~": "s" };
// code | <angle> | *bold* _italic_ ~strike~ (at word edges only, as Slack does) | :emoji:
const TOKEN =
  /`([^`\n]+)`|<([^<>\n]+)>|(?<![\p{L}\p{N}_*~])([*_~])(?=\S)(.+?)(?<=\S)\3(?![\p{L}\p{N}])|:([a-z0-9_+-]+):/u;

function inline(text, scene) {
  const out = [];
  let rest = text;
  for (let hit = TOKEN.exec(rest); hit; hit = TOKEN.exec(rest)) {
    if (hit.index) out.push(decode(rest.slice(0, hit.index)));
    out.push(...token(hit, scene));
    rest = rest.slice(hit.index + hit[0].length);
  }
  if (rest) out.push(decode(rest));
  return out;
}

function token([whole, code, angle, mark, marked, name], scene) {
  if (code) return [el("code", {}, decode(code))];
  if (angle) return [special(angle, scene)];
  if (mark) return [el(MARK[mark], {}, ...inline(marked, scene))];
  return [emoji(name) ?? whole];
}

function special(inside, scene) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : decode(inside.slice(bar + 1));
  if (target.startsWith("@")) return mention(target.slice(1), label, scene);
  if (target.startsWith("#")) return channelMention(target.slice(1), label, scene);
  if (target.startsWith("!date^")) return date(target, label, scene);
  if (target.startsWith("!subteam^")) return el("span", { class: "mention" }, label || "@group");
  if (/^!(here|channel|everyone)$/.test(target)) return broadcast(target.slice(1));
  if (target.startsWith("!")) return document.createTextNode(label || `<${inside}>`);
  return /^[a-z][a-z0-9+.-]*:/i.test(target) ? link(decode(target), label) : document.createTextNode(`<${inside}>`);
}

/** A person's name as a mention; highlighted when it is the viewer. */
export function mention(id, label, scene) {
  const user = scene.users.get(id);
  const mine = id === scene.me ? " mention-me" : "";
  return el("span", { class: `mention${mine}`, "data-user": id }, `@${user?.name ?? (label || id)}`);
}

/** A channel's name as a mention. */
export function channelMention(id, label, scene) {
  return el("span", { class: "mention", "data-channel": id }, `#${scene.channels.get(id)?.name ?? (label || id)}`);
}

/** A live broadcast, shown loudly: the agent must never send one. */
export function broadcast(range) {
  return el("span", { class: "mention mention-all" }, `@${range}`);
}

function date(target, fallback, scene) {
  const [, stamp, format, url] = target.split("^");
  const when = new Date(Number(stamp) * 1000);
  if (Number.isNaN(when.getTime()) || !format) return document.createTextNode(fallback);
  const words = formatDate(when, decode(format), scene);
  const shown = el("time", { datetime: when.toISOString(), title: fallback }, words);
  if (!url || !safeUrl(url)) return shown;
  return el("a", { href: safeUrl(url), target: "_blank", rel: "noopener noreferrer" }, shown);
}
