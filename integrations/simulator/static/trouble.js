// What can go wrong between the agent and the world, each with one line on what should be seen.

import { el, fill, icon } from "./dom.js";
import * as api from "./api.js";

/** The Trouble tab inside `box`. `report(words)` tells what could not be done. */
export class Trouble {
  constructor(box, scene, report) {
    Object.assign(this, { box, scene, report, told: new Map() });
  }

  /** Fetch the list and draw it. */
  async refresh() {
    const entries = await api.faults();
    const drawn = JSON.stringify([entries, this.scene.hears]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    fill(this.box,
      el("p", { class: "panel-lead" }, "Break something, and see that nobody is told twice, nothing is lost and nothing is done that nobody decided. What happened is also in Traffic."),
      this.hearing(), entries.map((entry) => this.card(entry)));
  }

  // Hearing channels needs rights that a team may not want to give.
  hearing() {
    const box = el("input", { type: "checkbox", checked: this.scene.hears, onchange: async () => {
      try {
        this.scene.hears = (await api.hears(box.checked)).on;
      } catch (error) {
        this.report(error.message);
      }
    } });
    return el("label", { class: "happening b-choice" }, box, el("span", {}, "The agent hears its channels without a mention",
      el("small", {}, "Needs channels:history and message.channels; without them it hears mentions and direct messages only.")));
  }

  card(entry) {
    const [first, most] = entry.times;
    const said = el("p", { class: "happening-told", role: "status" }, this.told.get(entry.name) ?? "");
    const times = most > 1 ? el("input", { type: "number", class: "times", min: 1, max: most, value: first, "aria-label": `How often: ${entry.title}` }) : null;
    const button = el("button", { type: "button", class: "happening-go is-trouble", "data-fault": entry.name, disabled: Boolean(entry.why_not),
      onclick: () => this.go(entry, button, said, times) }, icon(entry.name === "clear" ? "check" : "storm"), entry.name === "clear" ? "Clear" : "Break it");
    return el("div", { class: `happening ${entry.why_not ? "is-off" : ""}` }, el("h3", {}, entry.title), el("p", {}, entry.why_not || entry.says), said,
      el("div", { class: "go-row" }, button, times ? el("label", { class: "times-label" }, times, " times") : null));
  }

  async go(entry, button, said, times) {
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    try {
      const { told } = await api.fault({ name: entry.name, ...(times ? { times: Number(times.value) } : {}) });
      said.textContent = told;
      this.told.set(entry.name, told);
    } catch (error) {
      this.report(error.message);
    } finally {
      button.disabled = false;
      button.removeAttribute("aria-busy");
      button.focus();
    }
  }
}
