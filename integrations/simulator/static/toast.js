// Short notices that go by themselves.

import { el, byId } from "./dom.js";

const SHOWN_MS = 7000;

/** Say one line; with `action` = [label, handler] it can be pressed. */
export function toast(words, { ok = true, action = null } = {}) {
  if ([...byId("toasts").children].some((shown) => shown.dataset.words === words)) return;
  const note = el("div", { class: `toast ${ok ? "" : "is-bad"}`, "data-words": words }, el("span", {}, words));
  if (action) note.append(el("button", { type: "button", class: "link-button", onclick: () => { note.remove(); action[1](); } }, action[0]));
  byId("toasts").append(note);
  setTimeout(() => note.remove(), SHOWN_MS);
}
