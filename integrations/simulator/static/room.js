// The middle of the page: one conversation, its thread drawer and its composer.

import { el, fill, byId, avatar, icon, keepingFocus } from "./dom.js";
import { renderBlocks } from "./blocks.js";
import { valuesOf } from "./modal.js";
import { decode } from "./mrkdwn.js";
import { MessageList } from "./conversation.js";
import { Composer } from "./composer.js";
import { Pill } from "./pill.js";
import { drawHead } from "./sidebar.js";
import * as api from "./api.js";

const NEAR_END_PX = 120;

/** The conversation shown. `wire` = { act, notice, refuse, say, command, react, shortcut, edit, stop, join, covered } from the page. */
export class Room {
  constructor(scene, wire) {
    Object.assign(this, { scene, wire, id: "", tab: "messages", threadTs: "", since: "", all: [], dismissed: new Set(), readThreads: new Map() });
    const { act, notice, react, shortcut, edit } = wire;
    const lists = { act, notice, react, shortcut, edit, dismiss: (m) => this.dismiss(m), plain: (text) => this.plain(text),
      stop: (m) => wire.stop(this.id, m.thread_ts ?? m.ts) };
    this.list = new MessageList(byId("messages"), scene, { ...lists, openThread: (ts) => this.openThread(ts), fresh: (m, r) => this.fresh(m, r) });
    this.threadHead = el("header", { class: "thread-head" });
    this.threadBox = el("div", { class: "messages" });
    const threadComposer = el("div", { class: "composer-place" });
    this.threadScroll = el("div", { class: "scroll", tabindex: "0", role: "log", "aria-label": "Thread" }, this.threadBox);
    fill(byId("thread"), this.threadHead, this.threadScroll, threadComposer);
    this.thread = new MessageList(this.threadBox, scene, lists);
    const talk = (thread) => ({ say: (text) => this.say(text, thread), command: (text) => wire.command(this.id, text), refuse: wire.refuse,
      stop: () => wire.stop(this.id, this.working(thread)?.thread_ts ?? "") });
    this.composer = new Composer(byId("composer"), scene, talk(false), { id: "composer-text" });
    this.threadComposer = new Composer(threadComposer, scene, talk(true), { id: "thread-text", commands: false });
    this.pill = new Pill(byId("updated"), byId("scroll"));
  }

  /** The conversation shown, as the scene knows it. */
  get channel() {
    return this.scene.channels.get(this.id);
  }

  /** Show another conversation (or the same anew). */
  async open(id, tab = "messages") {
    const other = id !== this.id;
    Object.assign(this, { id, tab });
    if (other) {
      this.closeThread();
      this.list.clear();
      this.pill.hide();
      this.since = this.channel?.unread ? this.channel.seen : "";
      this.readTo = this.channel?.seen ?? "";
      this.expects = "";
      this.aim();
    }
    this.frame();
    if (tab === "home") await this.home();
    await this.refresh(other);
  }

  aim() {
    const name = this.scene.title(this.channel);
    this.beside();
    this.composer.aim(`Message ${this.channel?.kind === "im" ? name : `#${name}`}`);
  }

  /** Draw head and the right one of messages, Home and About. */
  frame() {
    drawHead(byId("conversation-head"), this.scene, this.channel, this.tab, (tab) => this.wire.turn(this.id, tab));
    byId("scroll").hidden = this.tab !== "messages";
    byId("composer").hidden = this.tab !== "messages";
    this.composer.absent(this.channel?.joined === false ? () => this.wire.join(this.id) : null);
    this.beside();
    byId("home").hidden = this.tab === "messages";
    if (this.tab === "home") this.drawHome();
    if (this.tab === "about") this.drawAbout();
  }

  /** Fetch the messages and draw what changed. Several calls at once end with the newest answer. */
  async refresh(toEnd = false) {
    const { id } = this;
    const ticket = (this.ticket = (this.ticket ?? 0) + 1);
    const all = await api.messages(this.scene.me, id);
    if (ticket !== this.ticket || id !== this.id) return;
    this.all = all.filter((m) => !this.dismissed.has(`${id} ${m.ts}`));
    this.draw(toEnd);
  }

  draw(toEnd) {
    const scroll = byId("scroll");
    const stick = toEnd || atEnd(scroll);
    const top = this.all.filter(inChannel);
    this.list.update(top, (ts) => this.all.filter((m) => isReply(m) && m.thread_ts === ts), this.since);
    byId("messages").classList.toggle("is-empty", !top.length);
    byId("messages").dataset.empty = `This is the very beginning of ${this.channel?.kind === "im" ? "your conversation with " : "#"}${this.scene.title(this.channel)}.`;
    if (stick) scroll.scrollTop = scroll.scrollHeight;
    if (this.channel?.asked && this.tab === "messages") {
      const { asked } = this.channel;
      this.pill.point(() => this.list.node(asked));
      this.channel.asked = null;
    }
    if (this.expects && this.all.some((m) => m.thread_ts === this.expects && m.user === this.scene.app.user)) {
      const ts = this.expects;
      this.expects = "";
      this.openThread(ts);
    } else if (this.threadTs) this.drawThread();
  }

  /** The app says what it is doing, for example “is searching Jira …”; without words it has done. */
  status(said) {
    if (!this.channel) return;
    this.channel.statuses = (this.channel.statuses ?? []).filter((s) => s.thread_ts !== said.thread_ts);
    if (said.status) this.channel.statuses.push(said);
    this.beside();
  }

  // What stands beside the messages: suggestions, what the app is doing, a way to stop it.
  beside() {
    const { channel } = this;
    const empty = channel?.kind === "im" ? channel.prompts ?? [] : [];
    this.composer.suggestions(channel?.prompts_title ?? "", empty);
    for (const [composer, thread] of [[this.composer, false], [this.threadComposer, true]]) composer.busy(this.doing(thread), Boolean(this.working(thread)));
  }

  doing(thread) {
    const said = (this.channel?.statuses ?? []).find((s) => !thread || s.thread_ts === this.threadTs);
    return said && { words: `${this.scene.app.name} ${said.status}`, loading: said.loading ?? [], until: new Date(said.until ?? 0) };
  }

  working(thread) {
    return (this.channel?.sessions ?? []).find((s) => s.status === "processing" && (!thread || s.thread_ts === this.threadTs));
  }

  async say(text, thread) {
    const reply = await this.wire.say(this.id, text, thread ? this.threadTs : undefined);
    if (!thread && this.channel?.kind === "im") this.expects = reply?.ts ?? ""; // an agent answers in a thread of its own
  }

  // One's own words without Slack's entities, for changing them.
  plain(text) {
    return decode(text.replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (whole, id) => (this.scene.users.has(id) ? `@${this.scene.users.get(id).name}` : whole)));
  }

  // Whether a thread has a reply that its reader, who takes part in it, has not seen.
  fresh(message, replies) {
    const { me, app } = this.scene;
    const last = replies.at(-1);
    const mine = message.user === me || message.user === app.user || replies.some((r) => r.user === me);
    return mine && this.threadTs !== message.ts && last.user !== me && last.ts > (this.readThreads.get(message.ts) ?? this.readTo);
  }

  dismiss(message) {
    this.dismissed.add(`${this.id} ${message.ts}`);
    this.all = this.all.filter((m) => m.ts !== message.ts);
    this.draw(false);
  }

  // --- thread ---------------------------------------------------------------------------------------------

  openThread(ts) {
    this.threadTs = ts;
    this.opener = document.activeElement;
    this.thread.clear();
    byId("thread").hidden = false;
    byId("layout").classList.add("has-thread");
    this.wire.covered();
    fill(this.threadHead, el("h2", {}, "Thread", el("small", {}, this.scene.title(this.channel))),
      el("button", { type: "button", class: "icon-button", "aria-label": "Close thread", onclick: () => this.closeThread() }, icon("close")));
    this.threadComposer.aim("Reply…");
    this.drawThread();
    this.beside();
    this.threadComposer.text.focus({ preventScroll: true });
  }

  drawThread() {
    const stick = atEnd(this.threadScroll);
    const shown = this.all.filter((m) => m.ts === this.threadTs || m.thread_ts === this.threadTs);
    this.readThreads.set(this.threadTs, shown.at(-1)?.ts ?? "");
    this.thread.update(shown);
    if (stick) this.threadScroll.scrollTop = this.threadScroll.scrollHeight;
  }

  closeThread() {
    const inside = byId("thread").contains(document.activeElement);
    this.threadTs = "";
    byId("thread").hidden = true;
    byId("layout").classList.remove("has-thread");
    this.wire.covered(); // what lies under it takes the focus only when it can be reached again
    if (inside) (this.opener?.isConnected ? this.opener : this.composer.text).focus({ preventScroll: true });
  }

  // --- the app's tabs ---------------------------------------------------------------------------------------

  async home() {
    await api.openHome(this.scene.me, "home");
  }

  drawHome() {
    const view = this.scene.homeView;
    const drawn = JSON.stringify([view, this.scene.me]);
    if (drawn === this.homeDrawn && byId("home").dataset.tab === "home") return;
    this.homeDrawn = drawn;
    byId("home").dataset.tab = "home";
    const message = { channel: "home", ts: "home", view_id: view?.id };
    const inputs = new Map();
    const ctx = { scene: this.scene, inputs, act: (action, node) => this.wire.act(message, { ...action, values: valuesOf(inputs) }, node) };
    keepingFocus(byId("home"), () => fill(byId("home"), view ? el("div", { class: "home-view" }, renderBlocks(view.blocks ?? [], ctx))
      : el("div", { class: "home-empty" }, avatar({ is_bot: true }, "face-big"),
        el("p", {}, `${this.scene.app.name} has not published a Home for you yet.`))));
  }

  drawAbout() {
    byId("home").dataset.tab = "about";
    fill(byId("home"), el("div", { class: "home-empty" }, avatar({ is_bot: true }, "face-big"),
      el("h2", {}, this.scene.app.name),
      el("p", {}, "A project manager that watches Jira and Bitbucket and lives by a constitution its team can read."),
      el("p", { class: "panel-note" }, `App ${this.scene.app.id ?? ""} · bot user ${this.scene.app.user ?? ""}`)));
  }
}

const isReply = (m) => Boolean(m.thread_ts) && m.thread_ts !== m.ts;
const inChannel = (m) => !isReply(m) || m.broadcast; // a reply can be sent to the channel as well
const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
