// A list of messages that changes in place: what did not change keeps its node, its focus and its scroll position.

import { el, avatar, icon } from "./dom.js";
import { content } from "./blocks.js";
import { valuesOf } from "./modal.js";
import { tools } from "./tools.js";
import { emoji } from "./emoji.js";
import { clockTime, dayKey, dayName, fullTime } from "./dates.js";

const TOGETHER_MS = 5 * 60_000; // Slack groups what one person says within five minutes

/**
 * Messages of one conversation or thread inside `box`. `wire` = { act(message), dismiss, notice, react, shortcut, edit, stop } and,
 * where threads can be opened, { openThread, fresh(message, replies) }.
 */
export class MessageList {
  constructor(box, scene, wire) {
    Object.assign(this, { box, scene, wire, drawn: new Map() });
    box.addEventListener("keydown", (event) => this.walk(event));
  }

  /** Forget all that is drawn. */
  clear() {
    this.drawn.clear();
    this.box.replaceChildren();
  }

  /** Draw `messages`, oldest first; `replies(ts)` gives the replies below one, `since` the ts after which all is new. */
  update(messages, replies = () => [], since = "") {
    const wanted = [];
    let previous = null;
    let marked = !since;
    for (const message of messages) {
      if (!previous || this.day(previous) !== this.day(message)) wanted.push(this.divider(message));
      const isNew = !marked && message.ts > since && message.user !== this.scene.me;
      if (isNew) {
        marked = true;
        wanted.push(this.reuse("new", "new", () => el("div", { class: "day is-new", role: "separator", "aria-label": "New messages" }, el("span", {}, "New"))));
      }
      wanted.push(this.keep(message, replies(message.ts), !isNew && follows(previous, message)));
      previous = message;
    }
    this.place(wanted);
  }

  // Arrow keys walk from message to message; Tab goes into one.
  walk(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || !event.target.classList.contains("message")) return;
    const all = [...this.box.querySelectorAll(".message")];
    const next = all[all.indexOf(event.target) + by];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  /** The node of a message, if it is drawn. */
  node(ts) {
    return this.drawn.get(`${ts} false`)?.node ?? null;
  }

  day(message) {
    return dayKey(new Date(message.at), this.scene.zone);
  }

  divider(message) {
    const name = dayName(new Date(message.at), this.scene.now(), this.scene.zone);
    const draw = () => el("div", { class: "day", role: "separator", "aria-label": name }, el("span", {}, name));
    return this.reuse(`day ${this.day(message)}`, name, draw);
  }

  keep(message, replies, compact) {
    const fresh = Boolean(replies.length && this.wire.fresh?.(message, replies));
    const signature = JSON.stringify([message, replies.length, replies.at(-1)?.ts, fresh, compact, this.scene.me, this.scene.shortcuts]);
    return this.reuse(`${message.ts} ${Boolean(message.ephemeral)}`, signature, () => this.article(message, replies, compact, fresh), message.streaming);
  }

  reuse(key, signature, draw, quiet = false) {
    const before = this.drawn.get(key);
    if (before?.signature === signature) return { ...before, key };
    const node = draw();
    if (before && !quiet) node.classList.add("is-changed");
    return { key, signature, node, before: before?.node };
  }

  place(wanted) {
    const keep = new Set(wanted.map((w) => w.node));
    const held = wanted.find((w) => w.before?.contains(document.activeElement));
    const at = held && document.activeElement.dataset.action;
    for (const { node } of this.drawn.values()) if (!keep.has(node)) node.remove();
    let cursor = this.box.firstChild;
    for (const { node } of wanted) {
      if (node === cursor) cursor = cursor.nextSibling;
      else this.box.insertBefore(node, cursor);
    }
    this.drawn = new Map(wanted.map(({ key, signature, node }) => [key, { key, signature, node }]));
    for (const each of this.box.querySelectorAll(".message[tabindex='0']")) each.tabIndex = -1;
    const last = this.box.querySelector(".message:last-of-type");
    if (last) last.tabIndex = 0;
    if (held) (at && [...held.node.querySelectorAll("[data-action]")].find((n) => n.dataset.action === at) || held.node).focus({ preventScroll: true });
  }

  article(message, replies, compact, fresh) {
    const { scene, wire } = this;
    const author = scene.users.get(message.user) ?? { id: message.user, name: message.username ?? "Somebody" };
    const when = new Date(message.at);
    const inputs = new Map();
    const ctx = { scene, inputs, act: (action, node) => wire.act(message, { ...action, values: valuesOf(inputs) }, node) };
    const kinds = { "is-compact": compact, "is-ephemeral": message.ephemeral, "is-app": author.is_bot, "is-streaming": message.streaming };
    const node = el("article", {
      class: ["message", ...Object.keys(kinds).filter((kind) => kinds[kind])].join(" "), tabindex: "-1",
      "data-ts": message.ts, "data-ephemeral": message.ephemeral ? "true" : null,
      "aria-label": `${author.name}, ${fullTime(when, scene.zone)}`,
      onmouseenter: () => wire.notice(message, false), onclick: () => wire.notice(message, true), onfocusin: () => wire.notice(message, false),
    },
    el("div", { class: "gutter" }, compact ? this.stamp(when) : avatar(author)),
    el("div", { class: "said" },
      message.ephemeral ? el("div", { class: "only-you" }, icon("eye"), "Only visible to you") : null,
      compact ? null : this.byline(author, when),
      content(message, ctx),
      message.edited ? el("span", { class: "edited", title: "The text was changed" }, "(edited)") : null,
      message.ephemeral ? el("button", { type: "button", class: "link-button", onclick: () => wire.dismiss(message) }, "Dismiss message") : null,
      message.streaming ? this.stopButton(message) : null,
      this.reactions(message), this.replyLine(message, replies, fresh)),
    message.ephemeral ? null : tools(message, scene, wire, () => node));
    return node;
  }

  stamp(when) {
    const { zone } = this.scene;
    return el("time", { class: "stamp", datetime: when.toISOString(), title: fullTime(when, zone) }, clockTime(when, zone));
  }

  byline(author, when) {
    return el("div", { class: "byline" }, el("strong", { class: "author" }, author.name),
      author.is_bot ? el("span", { class: "badge" }, "APP") : null,
      author.is_guest ? el("span", { class: "badge badge-guest" }, "GUEST") : null, this.stamp(when));
  }

  replyLine(message, replies, fresh) {
    if (!replies.length || !this.wire.openThread) return null;
    const faces = [...new Set(replies.map((r) => r.user))].slice(0, 3).map((id) => avatar(this.scene.users.get(id), "face-small"));
    return el("button", { type: "button", class: `replies ${fresh ? "has-news" : ""}`, onclick: () => this.wire.openThread(message.ts) }, faces,
      el("b", {}, `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`),
      fresh ? el("span", { class: "new-mark" }, "New") : el("span", { class: "replies-more" }, "View thread"));
  }

  stopButton(message) {
    return el("button", { type: "button", class: "b-button stop-button", "data-action": "stop", onclick: () => this.wire.stop(message) }, icon("stop"), "Stop");
  }

  reactions(message) {
    const given = Object.entries(message.reactions ?? {});
    if (!given.length) return null;
    const who = (users) => users.map((id) => this.scene.users.get(id)?.name ?? id).join(", ");
    return el("div", { class: "reactions" }, given.map(([name, users]) =>
      el("button", { type: "button", class: "reaction", title: `${who(users)} reacted with :${name}:`, "aria-pressed": String(users.includes(this.scene.me)),
        "aria-label": `:${name}: ${users.length}, from ${who(users)}`, "data-action": `react-${name}`, onclick: () => this.wire.react(message, name) },
      `${emoji(name) ?? `:${name}:`} ${users.length}`)));
  }
}

function follows(previous, message) {
  return Boolean(previous) && previous.user === message.user && !message.ephemeral && !previous.ephemeral
    && !message.blocks?.length && new Date(message.at) - new Date(previous.at) < TOGETHER_MS;
}
