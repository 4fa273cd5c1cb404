// What appears when one points at a message: reactions, the thread, the app's shortcuts, other words for one's own.

import { el, icon } from "./dom.js";
import { menuKey } from "./elements.js";

const QUICK = { eyes: "eye", white_check_mark: "check", "+1": "up" };

/** The small bar of a message. `node()` gives the message as it is drawn. */
export function tools(message, scene, wire, node) {
  const own = message.user === scene.me;
  const entries = [
    ...scene.shortcuts.map((s) => entry(s.name, s.says || scene.app.name, () => wire.shortcut(message, s))),
    own && !message.streaming ? entry("Edit message", "", () => rewrite(message, wire, node())) : null,
  ].filter(Boolean);
  return el("div", { class: "tools" },
    Object.entries(QUICK).map(([name, sign]) => round(`React with ${name.replaceAll("_", " ")}`, icon(sign), () => wire.react(message, name))),
    wire.openThread ? round("Reply in thread", icon("thread"), () => wire.openThread(message.ts)) : null,
    entries.length ? menu(entries) : null);
}

const round = (label, sign, press) =>
  el("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick: press }, sign);

function menu(entries) {
  const box = el("details", { class: "overflow", onkeydown: (event) => menuKey(event, box), onclick: (event) => {
    if (event.target.closest("[role=menuitem]")) box.open = false;
  } },
  el("summary", { class: "icon-button", "aria-label": "More actions", title: "More actions" }, icon("more")),
  el("div", { class: "menu", role: "menu" }, entries));
  return box;
}

const entry = (name, says, press) =>
  el("button", { type: "button", role: "menuitem", class: "menu-item", onclick: press },
    el("span", { class: "who-words" }, name, says ? el("small", {}, says) : null));

// As in Slack the words become a box: Enter saves, Escape leaves them as they were.
function rewrite(message, wire, node) {
  const before = node.querySelector(".plain");
  if (!before) return;
  const box = el("textarea", { class: "b-textbox", rows: 2, "aria-label": "Edit message" });
  box.value = wire.plain(message.text);
  const back = () => form.replaceWith(before);
  const save = () => {
    back();
    if (box.value.trim()) wire.edit(message, box.value.trim());
  };
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      back();
      node.focus();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      save();
    }
  });
  const form = el("div", { class: "rewrite" }, box, el("div", { class: "b-actions" },
    el("button", { type: "button", class: "b-button", onclick: back }, "Cancel"),
    el("button", { type: "button", class: "b-button is-primary", onclick: save }, "Save")));
  before.replaceWith(form);
  box.focus();
}
