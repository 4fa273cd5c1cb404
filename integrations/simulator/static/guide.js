// For the newcomer: one small card, three steps, gone for good when dismissed.

import { el, icon } from "./dom.js";

const SEEN = "pm-demo-guide-dismissed";

/** Show the card unless it was dismissed before; `again` shows it in any case. `go` has one action for each step. */
export function showGuide(place, go, again = false) {
  document.getElementById("guide")?.remove();
  if (!again && localStorage.getItem(SEEN)) return;
  const card = el("section", { id: "guide", class: "guide", "aria-label": "What am I looking at?" });
  const close = () => {
    localStorage.setItem(SEEN, "yes");
    card.remove();
  };
  card.append(
    el("button", { type: "button", class: "icon-button guide-close", "aria-label": "Dismiss", onclick: close }, icon("close")),
    el("h2", {}, "What am I looking at?"),
    el("p", {}, "A small simulated company on your machine. The PM Agent in it is the real product: it watches the company's Jira and Bitbucket and talks to people in this Slack."),
    el("ol", {}, STEPS.map(([title, words, name, label]) => el("li", {}, el("b", {}, title), " ", words, " ",
      el("button", { type: "button", class: "link-button", onclick: go[name] }, label)))));
  place.append(card);
}

const STEPS = [
  ["Make something happen.", "Block a ticket or take its owner away, on the right.", "happenings", "Show me"],
  ["Let time pass.", "The agent waits for its moment and keeps to working hours: skip ahead with the clock at the top.", "clock", "Next working morning"],
  ["Look through other eyes.", "Switch person at the top right: approvers get cards to decide, everyone may ask. Press “Why?” on any of its messages.", "people", "Switch person"],
];
