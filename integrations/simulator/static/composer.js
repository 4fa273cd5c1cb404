// Where one types: words, mentions and the `/pm` commands, with a hint of what there is.

import { el, icon, fill, avatar } from "./dom.js";

const COMMANDS = [
  ["status", "Where the sprint stands (add “sprint 24” for another)"], ["blockers", "What is blocked, and whose move it is"],
  ["mine", "Your work and your reviews"], ["reviews", "Pull requests that wait for a review"], ["forecast", "Will it be finished in time?"],
  ["digest", "The daily summary, now"], ["changed", "What changed since yesterday"], ["who waits for whom", "Everybody’s next move"],
  ["why", "Why something was said or done (add its id)"], ["snooze", "Put something off: “PAY-7 until tomorrow”"], ["snoozed", "What you put off"],
  ["mute", "No more of a ticket or a rule"], ["held", "What was not told to you, and why"], ["me", "What is known about you"],
  ["directives", "The rules it lives by"], ["pause", "Everything stops (admins)"], ["resume", "Everything goes on (admins)"], ["help", "What you can ask"],
].map(([verb, description]) => ({ usage: `/pm ${verb}`, description }));

const LOADING_MS = 3000; // as long as one loading message stays

/** A message box inside `box`. `wire` = { say(text), command(text), refuse(text), stop() }; `commands` false in threads. */
export class Composer {
  constructor(box, scene, wire, { id, commands = true }) {
    Object.assign(this, { scene, wire, commands, choices: [], chosen: 0, names: new Map() });
    this.menu = el("div", { class: "suggest", role: "listbox", id: `${id}-menu`, "aria-label": "Suggestions", hidden: true });
    this.text = el("textarea", { id, rows: 1, class: "composer-text", autocomplete: "off", role: "combobox", "aria-expanded": "false",
      "aria-controls": `${id}-menu`, "aria-autocomplete": "list",
      oninput: () => this.typed(), onkeydown: (e) => this.key(e), onblur: () => setTimeout(() => this.suggest([]), 150) });
    this.button = el("button", { type: "submit", class: "send", "aria-label": "Send", disabled: true }, icon("send"));
    this.hint = el("div", { class: "composer-hint" });
    this.chips = el("div", { class: "prompts", hidden: true });
    this.state = el("span", { class: "busy", role: "status", "aria-live": "polite" });
    this.form = el("form", { class: "composer", onsubmit: (e) => { e.preventDefault(); this.send(); } },
      this.menu, el("div", { class: "composer-box" }, this.text, this.button), this.hint);
    this.outside = el("div", { class: "outside", hidden: true });
    fill(box, this.chips, this.form, this.outside);
    setInterval(() => this.turn(), LOADING_MS);
  }

  /** Somebody who is not a member can only join: `join()`; null for a member. */
  absent(join) {
    this.form.hidden = Boolean(join);
    this.outside.hidden = !join;
    if (join && !this.outside.hasChildNodes()) fill(this.outside, "You are not in this channel. ", el("button", { type: "button", class: "b-button is-primary", onclick: () => this.join() }, "Join"));
    this.join = join;
  }

  /** What the app suggests to ask; a press asks it. */
  suggestions(title, prompts) {
    const shown = JSON.stringify([title, prompts]);
    if (shown === this.shownPrompts) return;
    this.shownPrompts = shown;
    this.chips.hidden = !prompts.length;
    fill(this.chips, title ? el("span", { class: "prompts-title" }, title) : null, prompts.map((p) =>
      el("button", { type: "button", class: "prompt", title: p.message, onclick: () => this.wire.say(this.encode(p.message)) }, p.title)));
  }

  /** Prepare for another conversation. */
  aim(placeholder) {
    this.text.placeholder = placeholder;
    this.text.setAttribute("aria-label", placeholder);
    this.text.value = "";
    this.hinted = "";
    this.hints();
    this.typed();
  }

  hints() {
    const shown = this.doing ? "busy" : "hints";
    if (shown === this.hinted) return;
    this.hinted = shown;
    fill(this.hint, this.doing ? [this.state, el("button", { type: "button", class: "link-button stop-link", onclick: () => this.wire.stop() }, "Stop")]
      : this.commands ? ["Try ", this.example("/pm status"), " or ", this.example("/pm help"), el("span", { class: "keys" }, " · Shift+Enter for a new line")]
      : ["Replies stay in this thread"]);
  }

  /** Show below the box what the app is doing (`{words, loading, until}`, or nothing), and whether it can be stopped. */
  busy(doing, stoppable) {
    const news = JSON.stringify(doing) !== JSON.stringify(this.doing);
    this.doing = doing;
    if (news) this.step = -1;
    this.hints();
    this.turn();
    const stop = this.hint.querySelector(".stop-link");
    if (stop) stop.hidden = !stoppable;
  }

  // Loading messages take turns; Slack takes a forgotten status away.
  turn() {
    if (!this.doing) return;
    if (this.doing.until < new Date()) {
      this.doing = null;
      return this.hints();
    }
    this.step = (this.step ?? -1) + 1;
    const { words, loading } = this.doing;
    const shown = this.step && loading.length ? loading[(this.step - 1) % loading.length] : words;
    if (this.state.textContent !== shown) this.state.textContent = shown;
    return undefined;
  }

  example(words) {
    return el("button", { type: "button", class: "try", onclick: () => this.put(words) }, words);
  }

  /** Put words into the box, ready to send. */
  put(words) {
    this.text.value = words;
    this.text.focus();
    this.typed();
  }

  typed() {
    this.button.disabled = !this.text.value.trim();
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, 180)}px`;
    this.suggest(this.matches());
  }

  matches() {
    const before = this.text.value.slice(0, this.text.selectionStart);
    if (this.commands && before.startsWith("/")) {
      const all = this.scene.commands.length ? this.scene.commands : COMMANDS;
      const typed = before.toLowerCase();
      return all.filter((c) => c.usage.startsWith(typed) || typed === "/").map((c) => ({ ...c, insert: `${bare(c.usage)} `, from: 0 }));
    }
    const at = /(^|\s)@([\p{L} ]{0,20})$/u.exec(before);
    if (!at) return [];
    const from = before.length - at[2].length - 1;
    const people = [...this.scene.users.values()].filter((u) => u.name.toLowerCase().startsWith(at[2].toLowerCase()));
    return people.slice(0, 8).map((u) => ({ user: u, usage: u.name, description: u.title ?? "", insert: `@${u.name} `, from }));
  }

  suggest(choices) {
    this.choices = choices;
    this.chosen = 0;
    this.menu.hidden = !choices.length;
    this.text.setAttribute("aria-expanded", String(choices.length > 0));
    fill(this.menu, choices.map((c, i) => el("button", { type: "button", role: "option", tabindex: "-1", id: `${this.menu.id}-${i}`,
      class: "suggestion", "aria-selected": String(i === 0), onmousedown: (e) => { e.preventDefault(); this.take(c); } },
    c.user ? avatar(c.user, "face-tiny") : icon("bolt"), el("b", {}, c.usage), el("span", {}, c.description))));
    this.mark();
  }

  mark() {
    [...this.menu.children].forEach((node, i) => node.setAttribute("aria-selected", String(i === this.chosen)));
    if (this.choices.length) this.text.setAttribute("aria-activedescendant", `${this.menu.id}-${this.chosen}`);
    else this.text.removeAttribute("aria-activedescendant");
  }

  take(choice) {
    const end = this.text.selectionStart;
    if (choice.user) this.names.set(`@${choice.user.name}`, choice.user.id);
    this.text.value = this.text.value.slice(0, choice.from) + choice.insert + this.text.value.slice(end);
    this.text.focus();
    this.typed();
    this.suggest([]);
  }

  key(event) {
    if (this.choices.length && this.menuKey(event)) return event.preventDefault();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return undefined;
    event.preventDefault();
    return this.send();
  }

  menuKey(event) {
    const moved = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (moved) {
      this.chosen = (this.chosen + moved + this.choices.length) % this.choices.length;
      this.mark();
    } else if (event.key === "Escape") this.suggest([]);
    else if (event.key === "Tab" || (event.key === "Enter" && this.unfinished())) this.take(this.choices[this.chosen]);
    else return false;
    return true;
  }

  // A command already typed in full is sent by Enter, not completed once more.
  unfinished() {
    const choice = this.choices[this.chosen];
    return choice.user || this.text.value.trim() !== choice.insert.trim();
  }

  async send() {
    const words = this.text.value.trim();
    if (!words) return;
    const slash = /^\/(\S+)\s*([\s\S]*)$/.exec(words);
    if (slash && (!this.commands || slash[1] !== "pm")) return this.wire.refuse(slash[1]);
    this.text.value = "";
    this.typed();
    await (slash ? this.wire.command(slash[2]) : this.wire.say(this.encode(words)));
  }

  // Slack sends &, < and > as entities and a chosen name as <@U…>.
  encode(words) {
    let text = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    const byLength = [...this.scene.users.values()].sort((a, b) => b.name.length - a.name.length);
    for (const user of byLength) text = text.replaceAll(`@${user.name}`, `<@${user.id}>`);
    return text;
  }
}

const bare = (usage) => usage.replace(/\s*[[<].*$/, "");
