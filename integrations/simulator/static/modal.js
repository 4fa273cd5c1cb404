// Modals: the app's forms, and the small “are you sure” in front of a button.

import { el, icon, byId, fill } from "./dom.js";
import { renderBlocks, text } from "./blocks.js";

/** Resolves true when there is nothing to confirm or the person confirms. */
export function confirmed(confirm, style, ctx) {
  if (!confirm) return Promise.resolve(true);
  const dialog = el("dialog", { class: "dialog dialog-small", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text" },
    el("h2", { id: "confirm-title" }, text(confirm.title, ctx)),
    el("div", { class: "dialog-body", id: "confirm-text" }, text(confirm.text, ctx)),
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

/** What `inputs` hold now, as Slack sends it: by block, by action. */
export function valuesOf(inputs) {
  const values = {};
  for (const [key, read] of inputs ?? []) {
    const [block, action] = JSON.parse(key);
    values[block] = { ...values[block], [action]: read() };
  }
  return values;
}

/** The one modal a person can have open. `act` clicks inside it, `send(view, values)` submits, `leave(view)` closes. */
export class Modal {
  constructor(scene, act, send, leave) {
    Object.assign(this, { scene, act, send, leave, view: null, closed: new Set() });
    this.dialog = byId("modal");
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault(); // what is below comes back instead
      this.close();
    });
  }

  /** Show `view`, replace the one shown, or close with null. */
  show(view) {
    if (view && this.closed.has(view.hash ?? view.id)) return;
    const same = Boolean(view) && this.view?.id === view.id;
    if (same && this.view.hash && this.view.hash === view.hash) return;
    const kept = same ? typedIn(this.dialog) : new Map();
    this.view = view;
    if (!view) {
      if (this.dialog.open) this.dialog.close();
      return;
    }
    this.inputs = new Map();
    const ctx = { scene: this.scene, inputs: this.inputs, act: (action, node) => this.act({ ...action, view_id: view.id, values: valuesOf(this.inputs) }, node) };
    fill(this.dialog, this.frame(view, ctx));
    restore(this.dialog, kept);
    if (!this.dialog.open) this.dialog.showModal();
    this.first()?.focus();
  }

  // What one begins with: a field, else the button, else the window itself.
  first() {
    const wanted = this.dialog.querySelector("[data-focus]") ?? this.dialog.querySelector("[data-type=input] :is(input, textarea, select)");
    return wanted ?? this.dialog.querySelector("[type=submit], .dialog-foot button");
  }

  /** Close it: the app hears of that when it asked for it, and what was below comes back. */
  async close() {
    const { view } = this;
    if (!view) return;
    this.closed.add(view.hash ?? view.id); // a late answer must not bring it back
    this.show(null);
    const reply = await this.leave(view);
    if (reply?.view) {
      this.closed.delete(reply.view.hash ?? reply.view.id);
      this.show(reply.view);
    }
  }

  /** Forget it without telling anybody: somebody else looks at the page now. */
  forget() {
    this.show(null);
    this.closed.clear();
  }

  frame(view, ctx) {
    const close = el("button", { type: "button", class: "b-button", onclick: () => this.close() }, view.close ? text(view.close, ctx) : "Close");
    this.button = view.submit ? el("button", { type: "submit", class: "b-button is-primary" }, el("span", { class: "label" }, text(view.submit, ctx))) : null;
    return el("form", { class: "modal-form", novalidate: true, onsubmit: (event) => this.submit(event), onkeydown: (event) => this.key(event) },
      el("header", { class: "dialog-head" }, el("h2", { id: "modal-title" }, text(view.title, ctx)),
        el("button", { type: "button", class: "icon-button", "aria-label": "Close", onclick: () => this.close() }, icon("close"))),
      el("div", { class: "dialog-body" }, renderBlocks(view.blocks ?? [], ctx)),
      el("footer", { class: "dialog-foot" }, close, this.button));
  }

  // Enter in a line submits by itself; in a field of several lines it takes Ctrl or Cmd.
  key(event) {
    if (event.key === "Enter" && event.target.tagName === "TEXTAREA" && (event.ctrlKey || event.metaKey)) this.submit(event);
  }

  async submit(event) {
    event.preventDefault();
    if (!this.button || this.button.getAttribute("aria-busy")) return undefined;
    const values = valuesOf(this.inputs);
    const missing = this.missing(values);
    if (Object.keys(missing).length) return this.complain(missing);
    this.button.setAttribute("aria-busy", "true");
    const { view } = this;
    const reply = await this.send(view, values);
    this.button?.removeAttribute("aria-busy");
    if (!reply) return undefined; // it did not go out: what was typed stays
    if (reply.errors) return this.complain(reply.errors);
    if (!reply.view || reply.view.id !== view.id) this.closed.add(view.hash ?? view.id);
    return this.show(reply.view ?? null);
  }

  missing(values) {
    const empty = (entered) => Object.entries(entered).every(([k, v]) => k === "type" || v === null || v?.length === 0);
    const required = (this.view.blocks ?? []).filter((b) => b.type === "input" && !b.optional);
    const blank = required.filter((b) => empty(values[b.block_id ?? ""]?.[b.element.action_id ?? ""] ?? {}));
    return Object.fromEntries(blank.map((b) => [b.block_id ?? "", "Please complete this field."]));
  }

  /** Say under each field what is wrong with it, and go to the first. */
  complain(errors) {
    let first = null;
    for (const node of this.dialog.querySelectorAll("[data-type=input]")) {
      const words = errors[node.dataset.block] ?? "";
      node.querySelector(".b-error").textContent = words;
      node.classList.toggle("is-wrong", Boolean(words));
      for (const field of node.querySelectorAll("input, textarea, select")) {
        field.setAttribute("aria-invalid", String(Boolean(words)));
        if (words) first ??= field;
      }
    }
    first?.focus();
  }
}

const fields = (box) => [...box.querySelectorAll("[data-type=input]")].flatMap((node) =>
  [...node.querySelectorAll("input, textarea, select")].map((field, i) => [`${node.dataset.block} ${i} ${field.type}`, field]));

// As in Slack: what was entered survives an update of the view, field by field.
function typedIn(box) {
  return new Map(fields(box).filter(([, f]) => f.dataset.touched).map(([key, f]) => [key, [f.value, f.checked]]));
}

function restore(box, kept) {
  for (const [key, field] of fields(box)) {
    field.addEventListener("input", () => { field.dataset.touched = "yes"; });
    if (!kept.has(key)) continue;
    const [value, checked] = kept.get(key);
    if (["checkbox", "radio"].includes(field.type)) field.checked = checked;
    else field.value = value;
    field.dataset.touched = "yes";
  }
}
