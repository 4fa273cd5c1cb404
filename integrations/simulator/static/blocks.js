// Block Kit as nodes: one small function for each block Slack has and the agent may use.

import { el } from "./dom.js";
import { mrkdwn, mention, channelMention, broadcast, link, decode } from "./mrkdwn.js";
import { markdown } from "./markdown.js";
import { formatDate } from "./dates.js";
import { emoji } from "./emoji.js";
import { element } from "./elements.js";

/**
 * Render blocks. `ctx` = { scene, act(action, node), inputs } where `scene` knows people, channels, zone and time,
 * `act` carries a click out and `inputs` (of a modal) collects getters of what has been entered.
 */
export function renderBlocks(blocks, ctx) {
  return el("div", { class: "blocks" }, blocks.map((block) => one(block, ctx)));
}

function one(block, ctx) {
  const draw = Object.hasOwn(BLOCKS, block.type) ? BLOCKS[block.type] : unknown;
  const node = draw(block, ctx);
  node.dataset.block = block.block_id ?? "";
  node.dataset.type = block.type;
  return node;
}

/** A text object as nodes: plain text as it is, mrkdwn interpreted. */
export function text(object, ctx) {
  if (!object) return [];
  if (object.type === "mrkdwn") return [mrkdwn(object.text, ctx.scene)];
  return [withEmoji(decode(object.text ?? ""))];
}

function withEmoji(words) {
  return words.replace(/:([a-z0-9_+-]+):/g, (whole, name) => emoji(name) ?? whole);
}

const unknown = (block) => el("div", { class: "b-unknown" }, `This page cannot draw a “${block.type}” block.`);

/** Pictures are not loaded (the page works offline): their alternative text stands for them. */
export function picture(image, small) {
  const alt = image.alt_text || "picture without a description";
  return el("span", { class: small ? "picture picture-small" : "picture", role: "img", "aria-label": alt, title: alt },
    small ? [...alt][0].toUpperCase() : alt);
}

const BLOCKS = {
  section: (block, ctx) =>
    el("div", { class: block.accessory ? "b-section has-accessory" : "b-section" },
      el("div", { class: "b-body" },
        block.text ? el("div", { class: "b-text" }, text(block.text, ctx)) : null,
        block.fields ? el("div", { class: "b-fields" }, block.fields.map((f) => el("div", {}, text(f, ctx)))) : null),
      block.accessory ? el("div", { class: "b-accessory" }, element(block.accessory, block, ctx)) : null),
  header: (block, ctx) => el("h3", { class: "b-header" }, text(block.text, ctx)),
  divider: () => el("hr", { class: "b-divider" }),
  context: (block, ctx) =>
    el("div", { class: "b-context" },
      block.elements.map((e) => (e.type === "image" ? picture(e, true) : el("span", {}, text(e, ctx))))),
  actions: (block, ctx) => el("div", { class: "b-actions" }, block.elements.map((e) => element(e, block, ctx))),
  context_actions: (block, ctx) =>
    el("div", { class: "b-actions b-context-actions" }, block.elements.map((e) => element(e, block, ctx))),
  image: (block, ctx) =>
    el("figure", { class: "b-image" }, block.title ? el("figcaption", {}, text(block.title, ctx)) : null, picture(block, false)),
  markdown: (block) => el("div", { class: "b-markdown" }, markdown(block.text)),
  rich_text: (block, ctx) => el("div", { class: "b-rich" }, block.elements.map((e) => richBlock(e, ctx))),
  table,
  input,
  alert: (block, ctx) => el("div", { class: `b-alert b-alert-${block.level ?? "default"}`, role: "note" }, text(block.text, ctx)),
  container,
  card,
  plan: (block, ctx) => el("div", { class: "b-plan" }, el("strong", {}, block.title?.text ?? block.title ?? ""), (block.tasks ?? []).map((t) => task(t, ctx))),
  task_card: (block, ctx) => el("div", { class: "b-plan" }, task(block, ctx)),
  file: (block) => el("div", { class: "b-file" }, `File ${block.external_id ?? ""}`),
  video: (block, ctx) => el("div", { class: "b-file" }, text(block.title, ctx), " (video)"),
};

function table(block, ctx) {
  const align = (index) => `cell-${block.column_settings?.[index]?.align ?? "left"}`;
  const row = (cells, tag) =>
    el("tr", {}, cells.map((cell, i) => el(tag, { class: align(i), scope: tag === "th" ? "col" : null }, cellText(cell, ctx))));
  const [head, ...body] = block.rows;
  return el("div", { class: "b-table table-wrap", tabindex: "0", role: "region", "aria-label": "table" },
    el("table", {}, el("thead", {}, row(head, "th")), el("tbody", {}, body.map((cells) => row(cells, "td")))));
}

function cellText(cell, ctx) {
  if (cell.type === "rich_text") return cell.elements.map((e) => richBlock(e, ctx));
  return withEmoji(String(cell.text ?? cell.value ?? ""));
}

function input(block, ctx) {
  const field = element(block.element, block, ctx);
  const grouped = ["checkboxes", "radio_buttons", "multi_static_select", "multi_users_select"].includes(block.element.type);
  const optional = block.optional ? el("span", { class: "optional" }, " (optional)") : null;
  return el(grouped ? "fieldset" : "label", { class: "b-input" },
    el(grouped ? "legend" : "span", { class: "b-label" }, text(block.label, ctx), optional),
    field,
    block.hint ? el("span", { class: "b-hint" }, text(block.hint, ctx)) : null,
    el("span", { class: "b-error", role: "alert" }));
}

function container(block, ctx) {
  const inner = el("div", { class: "b-inner" }, (block.child_blocks ?? []).map((b) => one(b, ctx)));
  const title = [block.rich_text_title ? one(block.rich_text_title, ctx) : text(block.title, ctx),
    block.subtitle ? el("span", { class: "b-card-sub" }, text(block.subtitle, ctx)) : null];
  if (!block.is_collapsible) return el("div", { class: "b-container" }, el("strong", {}, title), inner);
  return el("details", { class: "b-container", open: !block.default_collapsed }, el("summary", {}, title), inner);
}

function card(block, ctx) {
  return el("div", { class: "b-card" },
    block.title ? el("strong", {}, text(block.title, ctx)) : null,
    block.subtitle ? el("div", { class: "b-card-sub" }, text(block.subtitle, ctx)) : null,
    block.body ? el("div", {}, text(block.body, ctx)) : null,
    block.actions ? el("div", { class: "b-actions" }, block.actions.map((e) => element(e, block, ctx))) : null);
}

const STATES = { pending: "waiting", in_progress: "under way", complete: "done", error: "failed" };

function task(item, ctx) {
  const state = Object.hasOwn(STATES, item.status) ? item.status : "pending";
  const rich = (part) => (part?.elements ? el("div", { class: "b-task-more" }, part.elements.map((e) => richBlock(e, ctx))) : null);
  return el("div", { class: `b-task b-task-${state}` }, el("span", {}, item.title ?? "", el("span", { class: "sr" }, ` (${STATES[state]})`)),
    rich(item.details), rich(item.output),
    item.sources?.length ? el("div", { class: "b-task-more" }, item.sources.map((s) => [link(s.url, s.text), " "])) : null);
}

// --- rich text ---------------------------------------------------------------------------------------------

const RICH_BLOCKS = {
  rich_text_section: (e, ctx) => el("div", {}, runs(e, ctx)),
  rich_text_preformatted: (e, ctx) => el("pre", { class: "code" }, runs(e, ctx)),
  rich_text_quote: (e, ctx) => el("blockquote", {}, runs(e, ctx)),
  rich_text_list: (e, ctx) =>
    el(e.style === "ordered" ? "ol" : "ul", { class: `indent-${Math.min(e.indent ?? 0, 4)}` },
      e.elements.map((section) => el("li", {}, runs(section, ctx)))),
};

function richBlock(part, ctx) {
  return Object.hasOwn(RICH_BLOCKS, part.type) ? RICH_BLOCKS[part.type](part, ctx) : unknown(part);
}

const runs = (part, ctx) => part.elements.map((run) => styled(richRun(run, ctx), run.style ?? {}));

const RUNS = {
  text: (run) => document.createTextNode(run.text),
  link: (run) => link(run.url, run.text),
  emoji: (run) => document.createTextNode(emoji(run.name) ?? `:${run.name}:`),
  user: (run, ctx) => mention(run.user_id, "", ctx.scene),
  channel: (run, ctx) => channelMention(run.channel_id, "", ctx.scene),
  usergroup: (run) => el("span", { class: "mention" }, `@${run.usergroup_id}`),
  broadcast: (run) => broadcast(run.range),
  color: (run) => document.createTextNode(run.value),
  date: (run, ctx) => el("time", {}, formatDate(new Date(run.timestamp * 1000), run.format, ctx.scene)),
};

function richRun(run, ctx) {
  return Object.hasOwn(RUNS, run.type) ? RUNS[run.type](run, ctx) : document.createTextNode("");
}

function styled(node, style) {
  const wrap = { bold: "strong", italic: "em", strike: "s", code: "code" };
  return Object.keys(wrap).reduce((inside, name) => (style[name] ? el(wrap[name], {}, inside) : inside), node);
}

// --- one message or view ---------------------------------------------------------------------------------------------

/** What a message says: its blocks, or its text when it has none. */
export function content(message, ctx) {
  if (message.blocks?.length) return renderBlocks(message.blocks, ctx);
  return el("div", { class: "plain" }, mrkdwn(message.text ?? "", ctx.scene));
}
