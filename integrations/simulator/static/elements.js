// What can be pressed, picked or typed inside a block, and what each tells the app.

import { el, icon } from "./dom.js";
import { text } from "./blocks.js";
import { confirmed } from "./modal.js";
import { safeUrl } from "./mrkdwn.js";

/** Draw one element of `block`. What is drawn calls `ctx.act` when used, or adds a getter to `ctx.inputs`. */
export function element(item, block, ctx) {
  const draw = Object.hasOwn(ELEMENTS, item.type) ? ELEMENTS[item.type] : null;
  if (!draw) return el("span", { class: "b-unknown" }, `(${item.type})`);
  const node = draw(item, block, ctx);
  if (!node.dataset.action) node.dataset.action = item.action_id ?? "";
  return node;
}

const ELEMENTS = {
  button,
  image: (item) => el("span", { class: "picture picture-small", role: "img", "aria-label": item.alt_text }, (item.alt_text || "?")[0]),
  overflow,
  static_select: (item, block, ctx) => select(item, block, ctx, allOptions(item), "selected_option", (o) => o),
  external_select: (item, block, ctx) => select(item, block, ctx, item.initial_option ? [item.initial_option] : [], "selected_option", (o) => o),
  multi_users_select: (item, block, ctx) => choices({ ...item, options: people(ctx), initial_options: (item.initial_users ?? []).map((value) => ({ value })) },
    block, ctx, "checkbox", (chosen) => ({ selected_users: chosen.map((o) => o.value) })),
  users_select: (item, block, ctx) =>
    select(item, block, ctx, people(ctx), "selected_user", (o) => o.value, item.initial_user),
  conversations_select: (item, block, ctx) =>
    select(item, block, ctx, rooms(ctx), "selected_conversation", (o) => o.value, item.initial_conversation),
  channels_select: (item, block, ctx) =>
    select(item, block, ctx, rooms(ctx), "selected_channel", (o) => o.value, item.initial_channel),
  checkboxes: (item, block, ctx) => choices(item, block, ctx, "checkbox"),
  multi_static_select: (item, block, ctx) => choices({ ...item, options: allOptions(item) }, block, ctx, "checkbox"),
  radio_buttons: (item, block, ctx) => choices(item, block, ctx, "radio"),
  plain_text_input: typed,
  email_text_input: typed,
  url_text_input: typed,
  number_input: typed,
  datepicker: (item, block, ctx) => picker(item, block, ctx, "date", "selected_date", item.initial_date),
  timepicker: (item, block, ctx) => picker(item, block, ctx, "time", "selected_time", item.initial_time),
  feedback_buttons: (item, block, ctx) =>
    el("span", { class: "feedback", role: "group", "aria-label": "Was this useful?" },
      verdict(item.positive_button, "up", item, block, ctx), verdict(item.negative_button, "down", item, block, ctx)),
  icon_button: (item, block, ctx) => button({ ...item, accessibility_label: item.accessibility_label ?? item.text?.text }, block, ctx, icon(item.icon === "trash" ? "trash" : "more")),
};

function verdict(choice, sign, item, block, ctx) {
  const both = { ...choice, type: "feedback_buttons", action_id: item.action_id, accessibility_label: choice.accessibility_label ?? choice.text?.text };
  const node = button(both, block, ctx, icon(sign));
  node.setAttribute("aria-pressed", "false");
  node.addEventListener("click", () => { // like Slack, the page remembers which of the two it was
    for (const other of node.parentElement.children) other.setAttribute("aria-pressed", String(other === node));
  });
  return node;
}

function use(item, block, ctx, node, extra) {
  return ctx.act({ type: item.type, block_id: block.block_id ?? "", action_id: item.action_id ?? "", ...extra }, node);
}

function button(item, block, ctx, sign = null) {
  const hidden = item.visible_to_user_ids && !item.visible_to_user_ids.includes(ctx.scene.me);
  const node = el("button", {
    type: "button", class: `b-button ${item.style ? `is-${item.style}` : ""}`, hidden,
    "aria-label": item.accessibility_label ?? null, "data-value": item.value ?? null, "data-action": item.action_id ?? "",
    title: sign ? wordsOf(item.text) : null,
    onclick: async () => {
      if (!(await confirmed(item.confirm, item.style, ctx))) return;
      if (safeUrl(item.url ?? "")) window.open(safeUrl(item.url), "_blank", "noopener");
      use(item, block, ctx, node, { value: item.value });
    },
  }, el("span", { class: "label" }, sign ?? text(item.text, ctx)));
  return node;
}

const allOptions = (item) => item.options ?? (item.option_groups ?? []).flatMap((group) => group.options);
const option = (value, name) => ({ value, text: { type: "plain_text", text: name } });
const people = (ctx) => [...ctx.scene.users.values()].filter((u) => !u.is_bot).map((u) => option(u.id, u.name));
const rooms = (ctx) => [...ctx.scene.channels.values()].filter((c) => c.kind !== "im").map((c) => option(c.id, `#${c.name}`));
const wordsOf = (object) => object?.text ?? "";

function overflow(item, block, ctx) {
  const node = el("details", { class: "overflow", onkeydown: (event) => menuKey(event, node) },
    el("summary", { "aria-label": "More actions", class: "b-button", "data-action": item.action_id ?? "" }, icon("more")),
    el("div", { class: "menu", role: "menu" }, item.options.map((o) =>
      el("button", { type: "button", role: "menuitem", class: "menu-item", onclick: async () => {
        node.open = false;
        if (!(await confirmed(item.confirm, "", ctx))) return;
        use(item, block, ctx, node, { selected_option: o });
      } }, text(o.text, ctx)))));
  return node;
}

/** Arrow keys walk along a menu that is open, Escape closes it. */
export function menuKey(event, menu) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape" && menu.open) {
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (by && menu.open) {
    event.preventDefault();
    event.stopPropagation();
    const items = [...menu.querySelectorAll("[role=menuitem]")];
    items[(items.indexOf(document.activeElement) + by + items.length) % items.length]?.focus();
  }
}

function select(item, block, ctx, options, field, pick, initial = item.initial_option?.value) {
  const node = el("select", { class: "b-select", "aria-label": block.type === "input" ? null : wordsOf(item.placeholder) || "Choose one", "data-focus": item.focus_on_load ? "yes" : null,
    onchange: async () => {
      const chosen = options[node.selectedIndex - 1];
      if (!chosen || silent(block)) return;
      if (await confirmed(item.confirm, "", ctx)) use(item, block, ctx, node, { [field]: pick(chosen) });
    } },
    el("option", { value: "" }, wordsOf(item.placeholder) || "Choose…"),
    options.map((o) => el("option", { value: o.value, selected: o.value === initial }, wordsOf(o.text))));
  collect(item, block, ctx, () => {
    const chosen = options[node.selectedIndex - 1];
    return { type: item.type, [field]: chosen ? pick(chosen) : null };
  });
  return node;
}

const key = (block, item) => JSON.stringify([block.block_id ?? "", item.action_id ?? ""]);

function collect(item, block, ctx, read) {
  ctx.inputs?.set(key(block, item), read);
}

// A field of a form is told with the form, unless it asks to be told at once.
const silent = (block) => block.type === "input" && !block.dispatch_action;

let groups = 0;

function choices(item, block, ctx, kind, told = null) {
  const name = `choice-${(groups += 1)}`;
  const initial = (item.initial_options ?? [item.initial_option]).map((o) => o?.value);
  const boxes = item.options.map((o) => el("input", { type: kind, name, value: o.value, checked: initial.includes(o.value), "data-action": item.action_id ?? "", "data-value": o.value }));
  const read = () => {
    const chosen = item.options.filter((_, i) => boxes[i].checked);
    if (told) return told(chosen);
    return kind === "radio" ? { selected_option: chosen[0] ?? null } : { selected_options: chosen };
  };
  collect(item, block, ctx, () => ({ type: item.type, ...read() }));
  const node = el("span", { class: "b-choices", role: "group", onchange: () => {
    if (!silent(block)) use(item, block, ctx, node, read());
  } }, item.options.map((o, i) => el("label", { class: "b-choice" }, boxes[i], el("span", {}, text(o.text, ctx),
    o.description ? el("small", {}, text(o.description, ctx)) : null))));
  return node;
}

const INPUT_TYPES = { plain_text_input: "text", email_text_input: "email", url_text_input: "url", number_input: "number" };

function typed(item, block, ctx) {
  const attributes = { class: "b-textbox", placeholder: wordsOf(item.placeholder), minlength: item.min_length, maxlength: item.max_length,
    "data-focus": item.focus_on_load ? "yes" : null };
  const node = item.multiline ? el("textarea", { rows: 4, ...attributes }) : el("input", { type: INPUT_TYPES[item.type], ...attributes });
  node.value = item.initial_value ?? "";
  collect(item, block, ctx, () => ({ type: item.type, value: node.value || null }));
  return node;
}

function picker(item, block, ctx, kind, field, initial) {
  const node = el("input", { type: kind, class: "b-textbox", value: initial, "aria-label": block.type === "input" ? null : wordsOf(item.placeholder) || kind,
    onchange: () => { if (!silent(block)) use(item, block, ctx, node, { [field]: node.value }); } });
  collect(item, block, ctx, () => ({ type: item.type, [field]: node.value || null }));
  return node;
}
