// Modals: the app's forms, and the small “are you sure” in front of a button.

import { el, icon, byId, fill } from "./dom.js";
import { renderBlocks, text } from "./blocks.js";

/** Resolves true when there is nothing to confirm or the person confirms. */
export function confirmed(confirm, style, ctx) {
  if (!confirm) return Promise.resolve(true);
  const dialog = el("dialog", { class: "dialog dialog-small", "aria-labelledby": "confirm-title" },
    el("h2", { id: "confirm-title" }, text(confirm.title, ctx)),
    el("div", { class: "dialog-body" }, text(confirm.text, ctx)),
    el("form", { method: "dialog", class: "dialog-foot" },
      el("button", { value: "no", class: "b-button" }, text(confirm.deny, ctx)),
      el("button", { value: "yes", class: `b-button is-${confirm.style ?? style ?? "primary"}` }, text(confirm.confirm, ctx))));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

/** The one modal a person can have open. `send(view, values)` submits; `act` clicks inside it. */
export class Modal {
  constructor(scene, act, send) {
    this.scene = scene;
    this.act = act;
    this.send = send;
    this.view = null;
    this.closed = new Set();
    this.dialog = byId("modal");
    this.dialog.addEventListener("cancel", () => this.close());
  }

  /** Show `view`, replace the one shown, or close with null. */
  show(view) {
    if (view && this.closed.has(view.hash ?? view.id)) return undefined;
    this.view = view;
    if (!view) return this.close();
    this.inputs = new Map();
    const ctx = { scene: this.scene, inputs: this.inputs, act: (action, node) => this.act({ ...action, view_id: view.id }, node) };
    fill(this.dialog, this.frame(view, ctx));
    if (!this.dialog.open) this.dialog.showModal();
    return undefined;
  }

  /** Close it. */
  close() {
    if (this.view) this.closed.add(this.view.hash ?? this.view.id); // the app is not told: it would show it again
    this.view = null;
    if (this.dialog.open) this.dialog.close();
  }

  frame(view, ctx) {
    return el("form", { class: "modal-form", onsubmit: (event) => this.submit(event) },
      el("header", { class: "dialog-head" }, el("h2", { id: "modal-title" }, text(view.title, ctx)),
        el("button", { type: "button", class: "icon-button", "aria-label": "Close", onclick: () => this.close() }, icon("close"))),
      el("div", { class: "dialog-body" }, renderBlocks(view.blocks ?? [], ctx)),
      el("footer", { class: "dialog-foot" },
        el("button", { type: "button", class: "b-button", onclick: () => this.close() }, view.close ? text(view.close, ctx) : "Close"),
        view.submit ? el("button", { type: "submit", class: "b-button is-primary" }, text(view.submit, ctx)) : null));
  }

  async submit(event) {
    event.preventDefault();
    const values = {};
    for (const [key, read] of this.inputs) {
      const [block, action] = JSON.parse(key);
      values[block] = { ...values[block], [action]: read() };
    }
    const missing = this.missing(values);
    if (Object.keys(missing).length) return this.complain(missing);
    const reply = await this.send(this.view, values);
    if (reply?.errors) return this.complain(reply.errors);
    return this.show(reply?.view ?? null);
  }

  missing(values) {
    const empty = (entered) => Object.entries(entered).every(([k, v]) => k === "type" || v === null || v?.length === 0);
    const required = (this.view.blocks ?? []).filter((b) => b.type === "input" && !b.optional);
    const blank = required.filter((b) => empty(values[b.block_id ?? ""]?.[b.element.action_id ?? ""] ?? {}));
    return Object.fromEntries(blank.map((b) => [b.block_id ?? "", "Please complete this field."]));
  }

  complain(errors) {
    for (const node of this.dialog.querySelectorAll("[data-type=input]"))
      node.querySelector(".b-error").textContent = errors[node.dataset.block] ?? "";
  }
}
