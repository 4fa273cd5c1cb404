// Where one types: words, mentions and the `/pm` commands, with a hint of what there is.

import { el, icon, fill, avatar } from "./dom.js";

const COMMANDS = [
  { usage: "/pm status", description: "Where the sprint stands (add “sprint 24” for another)" },
  { usage: "/pm help", description: "What you can ask" },
];

/** A message box inside `box`. `wire` = { say(text), command(text), refuse(text) }; `commands` false in threads. */
export class Composer {
  constructor(box, scene, wire, { id, commands = true }) {
    Object.assign(this, { scene, wire, commands, choices: [], chosen: 0, names: new Map() });
    this.menu = el("div", { class: "suggest", role: "listbox", id: `${id}-menu`, "aria-label": "Suggestions", hidden: true });
    this.text = el("textarea", { id, rows: 1, class: "composer-text", autocomplete: "off", role: "combobox", "aria-expanded": "false",
      "aria-controls": `${id}-menu`, "aria-autocomplete": "list",
      oninput: () => this.typed(), onkeydown: (e) => this.key(e), onblur: () => setTimeout(() => this.suggest([]), 150) });
    this.button = el("button", { type: "submit", class: "send", "aria-label": "Send", disabled: true }, icon("send"));
    this.hint = el("div", { class: "composer-hint" });
    fill(box, el("form", { class: "composer", onsubmit: (e) => { e.preventDefault(); this.send(); } },
      this.menu, el("div", { class: "composer-box" }, this.text, this.button), this.hint));
  }

  /** Prepare for another conversation. */
  aim(placeholder) {
    this.text.placeholder = placeholder;
    this.text.setAttribute("aria-label", placeholder);
    this.text.value = "";
    this.hints();
    this.typed();
  }

  hints() {
    fill(this.hint, this.commands
      ? ["Try ", this.example("/pm status"), " or ", this.example("/pm help"), " · Shift+Enter for a new line"]
      : ["Replies stay in this thread"]);
  }

  /** Show what the app is doing below the box, or the hint again. */
  busy(words) {
    if (words) fill(this.hint, el("span", { role: "status" }, words));
    else this.hints();
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
