// What can be made to happen in the company, each with one line on what it will lead to.

import { el, fill, icon } from "./dom.js";
import * as api from "./api.js";

/** The Happenings tab inside `box`. `report(words)` tells what went wrong. */
export class Happenings {
  constructor(box, report) {
    Object.assign(this, { box, report, told: new Map() });
  }

  /** Fetch the list and draw it. */
  async refresh() {
    const entries = await api.happenings();
    const drawn = JSON.stringify(entries);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    fill(this.box,
      el("p", { class: "panel-lead" }, "Make something happen at the company. It changes the simulated Jira or Bitbucket, a signed webhook goes out, and the agent decides what to do."),
      entries.map((entry) => this.card(entry)));
  }

  card(entry) {
    const said = el("p", { class: "happening-told", role: "status" }, this.told.get(entry.name) ?? "");
    const button = el("button", { type: "button", class: "happening-go", "data-happening": entry.name, onclick: () => this.go(entry, button, said) },
      icon("bolt"), "Make it happen");
    return el("div", { class: "happening" }, el("h3", {}, entry.title), el("p", {}, entry.says), said, button);
  }

  async go(entry, button, said) {
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    try {
      const { told } = await api.happen(entry.name);
      said.textContent = told ?? "Done.";
      this.told.set(entry.name, said.textContent);
    } catch (error) {
      this.report(error.message);
    } finally {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
  }
}
