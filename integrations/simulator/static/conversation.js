// A list of messages that changes in place: what did not change keeps its node, its focus and its scroll position.

import { el, avatar, icon } from "./dom.js";
import { content } from "./blocks.js";
import { emoji } from "./emoji.js";
import { clockTime, dayKey, dayName, fullTime } from "./dates.js";

const TOGETHER_MS = 5 * 60_000; // Slack groups what one person says within five minutes

/** Messages of one conversation or thread inside `box`. `wire` = { act(message), openThread, dismiss, notice }. */
export class MessageList {
  constructor(box, scene, wire) {
    Object.assign(this, { box, scene, wire, drawn: new Map() });
  }

  /** Forget all that is drawn. */
  clear() {
    this.drawn.clear();
    this.box.replaceChildren();
  }

  /** Draw `messages`, oldest first; `replies(ts)` gives the replies below one. */
  update(messages, replies = () => []) {
    const wanted = [];
    let previous = null;
    for (const message of messages) {
      if (!previous || this.day(previous) !== this.day(message)) wanted.push(this.divider(message));
      const shown = this.keep(message, replies(message.ts), follows(previous, message));
      wanted.push(shown);
      previous = message;
    }
    this.place(wanted);
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
    const signature = JSON.stringify([message, replies.length, replies.at(-1)?.ts, compact, this.scene.me]);
    return this.reuse(`${message.ts} ${Boolean(message.ephemeral)}`, signature, () => this.article(message, replies, compact));
  }

  reuse(key, signature, draw) {
    const before = this.drawn.get(key);
    if (before?.signature === signature) return { ...before, key };
    const node = draw();
    if (before) node.classList.add("is-changed");
    return { key, signature, node };
  }

  place(wanted) {
    const keep = new Set(wanted.map((w) => w.node));
    for (const { node } of this.drawn.values()) if (!keep.has(node)) node.remove();
    let cursor = this.box.firstChild;
    for (const { node } of wanted) {
      if (node === cursor) cursor = cursor.nextSibling;
      else this.box.insertBefore(node, cursor);
    }
    this.drawn = new Map(wanted.map((w) => [w.key, w]));
  }

  article(message, replies, compact) {
    const { scene, wire } = this;
    const author = scene.users.get(message.user) ?? { id: message.user, name: message.username ?? "Somebody" };
    const when = new Date(message.at);
    const ctx = { scene, act: (action, node) => wire.act(message, action, node) };
    const node = el("article", {
      class: `message ${compact ? "is-compact" : ""} ${message.ephemeral ? "is-ephemeral" : ""} ${author.is_bot ? "is-app" : ""}`,
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
      reactions(message), this.replyLine(message, replies)),
    this.tools(message));
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

  replyLine(message, replies) {
    if (!replies.length || !this.wire.openThread) return null;
    const faces = [...new Set(replies.map((r) => r.user))].slice(0, 3).map((id) => avatar(this.scene.users.get(id), "face-small"));
    return el("button", { type: "button", class: "replies", onclick: () => this.wire.openThread(message.ts) }, faces,
      el("b", {}, `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`), el("span", { class: "replies-more" }, "View thread"));
  }

  tools(message) {
    if (message.ephemeral || !this.wire.openThread) return null;
    return el("div", { class: "tools" }, el("button", { type: "button", class: "icon-button", "aria-label": "Reply in thread", title: "Reply in thread",
      onclick: () => this.wire.openThread(message.ts) }, icon("thread")));
  }
}

function reactions(message) {
  const given = Object.entries(message.reactions ?? {});
  if (!given.length) return null;
  return el("div", { class: "reactions" }, given.map(([name, users]) =>
    el("span", { class: "reaction", title: `:${name}:` }, `${emoji(name) ?? `:${name}:`} ${users.length}`)));
}

function follows(previous, message) {
  return Boolean(previous) && previous.user === message.user && !message.ephemeral && !previous.ephemeral
    && !message.blocks?.length && new Date(message.at) - new Date(previous.at) < TOGETHER_MS;
}
