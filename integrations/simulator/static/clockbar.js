// The company's clock: what time it is for the viewer, how fast it runs, and two ways to skip the waiting.

import { el, fill, icon } from "./dom.js";
import { clockTime, dayKey, fullTime, shortDay } from "./dates.js";

const SPEEDS = [
  { speed: 1, label: "1×", says: "real time" },
  { speed: 60, label: "60×", says: "one minute every second" },
  { speed: 3600, label: "1 h/s", says: "one hour every second" },
];
const TICK_MS = 250;

/** Draw the clock into `box` and keep it running. `change` sends what the person asks for. */
export class ClockBar {
  constructor(box, scene, change) {
    Object.assign(this, { scene, change });
    this.day = el("span", { class: "clock-day" });
    this.time = el("strong", { class: "clock-time" });
    this.place = el("span", { class: "clock-place" });
    this.hours = el("span", { class: "clock-hours" });
    this.speeds = SPEEDS.map((s) => el("button", { type: "button", class: "seg", title: `Company time: ${s.says}`, "data-speed": s.speed,
      onclick: () => change({ speed: s.speed }) }, s.label));
    fill(box, el("div", { class: "clock-face", title: "Company time: what everyone's wall clock shows in this demo" },
      icon("clock"), this.day, this.time, this.place, this.hours),
    el("div", { class: "segments", role: "group", "aria-label": "Speed of company time" }, this.speeds),
    el("button", { type: "button", class: "top-button", onclick: () => change({ advance_seconds: 3600 }) }, "+1 hour"),
    el("button", { type: "button", class: "top-button", onclick: () => change({ to: "next_morning" }) }, "Next working morning"));
    this.workday = null;
    setInterval(() => this.tick(), TICK_MS);
  }

  /** Working hours read from the constitution: `{begin, end}` as `HH:MM`, and days as `Mon`…; null when it has none. */
  setWorkday(workday) {
    this.workday = workday;
    this.tick();
  }

  /** Show the time now. */
  tick() {
    const { scene } = this;
    const now = scene.now();
    this.day.textContent = shortDay(now, scene.zone);
    this.time.textContent = clockTime(now, scene.zone);
    this.time.title = fullTime(now, scene.zone);
    this.place.textContent = scene.town;
    this.time.dataset.day = dayKey(now, scene.zone);
    for (const seg of this.speeds) seg.setAttribute("aria-pressed", String(Number(seg.dataset.speed) === scene.pace.speed));
    this.hours.textContent = this.workday ? (this.working(now) ? "working hours" : "after hours") : "";
    this.hours.classList.toggle("is-off", !this.workday || !this.working(now));
  }

  working(now) {
    const time = clockTime(now, this.scene.zone);
    const day = shortDay(now, this.scene.zone).slice(0, 3);
    return this.workday.days.includes(day) && time >= this.workday.begin && time < this.workday.end;
  }
}

/** The first working-hours rule in the text of the constitution. */
export function workdayIn(text) {
  const hours = /^\s*(?:rule:\s*\{?\s*)?hours:\s*["']?(\d\d:\d\d)\s*-\s*(\d\d:\d\d)/m.exec(text);
  return hours ? { begin: hours[1], end: hours[2], days: ["Mon", "Tue", "Wed", "Thu", "Fri"] } : null;
}
