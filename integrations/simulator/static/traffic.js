// Every request between the app and the simulated services: signed, answered, nothing behind its back.

import { el, fill, icon } from "./dom.js";
import { fullTime } from "./dates.js";
import * as api from "./api.js";

const FILTERS = {
  All: () => true,
  Trouble: (entry) => entry.way === "note",
  "To the agent": (entry) => entry.way === "out",
  Slack: (entry) => entry.service === "slack",
  Jira: (entry) => entry.service === "jira",
  Bitbucket: (entry) => entry.service === "bitbucket",
  Claude: (entry) => entry.service === "claude",
};

/** The Traffic tab inside `box`. */
export class Traffic {
  constructor(box, scene) {
    Object.assign(this, { box, scene, filter: "All", entries: [] });
  }

  /** Fetch the last requests and draw them, newest first. */
  async refresh() {
    this.entries = await api.traffic();
    this.draw();
  }

  draw() {
    const entries = this.entries.filter(FILTERS[this.filter]);
    fill(this.box,
      el("p", { class: "panel-lead" }, "The page never shortcuts: each click, message and webhook is a signed HTTP request to the real app, each answer a call to the services' real APIs."),
      el("div", { class: "chips", role: "group", "aria-label": "Show" }, Object.keys(FILTERS).map((name) =>
        el("button", { type: "button", class: "chip", "aria-pressed": String(name === this.filter),
          onclick: () => { this.filter = name; this.draw(); } }, name))),
      entries.length ? el("ul", { class: "wire-list" }, entries.map((entry) => el("li", {}, this.row(entry)))) : el("p", { class: "panel-note" }, "Nothing yet."));
  }

  // `way` is seen from the simulated services: `in` is a call by the app, `out` a signed request to it.
  row(entry) {
    if (entry.way === "note") return el("div", { class: "wire is-note" }, icon("storm"), el("span", {}, entry.words));
    const toApp = entry.way === "out";
    const at = new Date(entry.at);
    return el("div", { class: `wire ${toApp ? "is-inward" : "is-outward"}`, title: `${fullTime(at, this.scene.zone)} (real time) · ${entry.ms} ms` },
      el("span", { class: "wire-way" }, toApp ? `${entry.service} → app` : `app → ${entry.service}`),
      el("code", { class: "wire-path" }, el("b", {}, entry.method), " ", entry.path),
      el("span", { class: "wire-ms" }, `${Math.round(entry.ms)} ms`),
      el("span", { class: `code code-${String(entry.status)[0]}` }, entry.status || "none"),
      entry.words || toApp ? el("span", { class: "wire-words" }, toApp ? el("span", { class: "signed" }, icon("check"), "signed") : null, entry.words ?? "") : null);
  }
}
