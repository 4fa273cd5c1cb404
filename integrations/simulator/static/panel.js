// Behind the scenes: the right-hand panel with its five tabs.

import { el, fill, icon, refill } from "./dom.js";
import { step } from "./sidebar.js";
import { Happenings } from "./happenings.js";
import { Constitution } from "./constitution.js";
import { Work } from "./work.js";
import { Traffic } from "./traffic.js";
import { Trouble } from "./trouble.js";

const TABS = [
  { name: "happenings", title: "Happenings", icon: "bolt" },
  { name: "constitution", title: "Constitution", icon: "scroll" },
  { name: "jira", title: "Jira", icon: "board" },
  { name: "traffic", title: "Traffic", icon: "wire" },
  { name: "trouble", title: "Trouble", icon: "storm" },
];
const NAMES = TABS.map((tab) => tab.name);

/** The panel inside `box`. `report` shows what went wrong; `onLaw` gets the constitution's text. */
export class Panel {
  constructor(box, scene, { report, onLaw }) {
    this.box = box;
    this.bodies = Object.fromEntries(NAMES.map((name) =>
      [name, el("div", { class: "panel-body", role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `panel-tab-${name}`, tabindex: "0" })]));
    this.parts = {
      happenings: new Happenings(this.bodies.happenings, report),
      constitution: new Constitution(this.bodies.constitution, onLaw),
      jira: new Work(this.bodies.jira),
      traffic: new Traffic(this.bodies.traffic, scene),
      trouble: new Trouble(this.bodies.trouble, scene, report),
    };
    this.news = new Set();
    this.guide = el("div");
    this.tabs = el("div", { class: "panel-tabs", role: "tablist", "aria-label": "Behind the scenes" });
    fill(box, el("h2", { class: "panel-title" }, "Behind the scenes", el("small", {}, "not part of Slack")), this.guide, this.tabs, Object.values(this.bodies));
    this.show("happenings");
  }

  /** Turn to a tab. */
  show(name) {
    this.current = name;
    this.news.delete(name);
    for (const [key, body] of Object.entries(this.bodies)) body.hidden = key !== name;
    this.drawTabs();
    return this.refresh(name);
  }

  drawTabs() {
    refill(this.tabs, [this.current, [...this.news]], () => TABS.map((tab) => el("button", { type: "button", role: "tab", id: `panel-tab-${tab.name}`, "aria-controls": `panel-${tab.name}`,
      "aria-selected": String(tab.name === this.current), tabindex: tab.name === this.current ? "0" : "-1",
      onclick: () => this.show(tab.name), onkeydown: (event) => step(event, NAMES, tab.name, (name) => this.show(name)) },
    icon(tab.icon), tab.title, this.news.has(tab.name) ? el("span", { class: "dot", title: "changed" }) : null)));
  }

  /** Draw a tab anew; a failure is shown by the connection line, not here. */
  async refresh(name) {
    await this.parts[name].refresh().catch((error) => console.warn(`${name}: ${error.message}`));
  }

  /** Something changed behind this tab. */
  changed(name) {
    if (name === this.current) return this.refresh(name);
    if (name !== "traffic") this.news.add(name); // there is always some
    this.drawTabs();
    return name === "jira" ? this.refresh(name) : undefined;
  }

  /** Light up the directives a message names; a press turns to them. */
  notice(words, pressed) {
    const law = this.parts.constitution;
    if (!law.note) return;
    const ids = law.named(words);
    if (!ids.length) return;
    law.light(ids, pressed);
    if (pressed && this.current !== "constitution") this.changed("constitution");
  }

  /** Turn to a directive. False when the constitution has none of that id. */
  async showDirective(id) {
    const law = this.parts.constitution;
    if (!law.spans.has(id)) return false;
    await this.show("constitution");
    law.light([id], true);
    return true;
  }

  /** Show an issue of the simulated Jira. False when there is none of that key. */
  async showIssue(key) {
    await this.show("jira");
    return this.parts.jira.show(key);
  }
}
