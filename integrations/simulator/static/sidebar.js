// The left side: where one can talk, and where something new waits.

import { el, refill, avatar, icon } from "./dom.js";

/** Draw the sidebar. `open` is the id of the conversation shown; `go(id)` opens another. */
export function drawSidebar(box, scene, open, go) {
  const all = [...scene.channels.values()];
  const rooms = all.filter((c) => c.kind !== "im");
  const apps = all.filter((c) => c.kind === "im" && scene.users.get(c.user)?.is_bot);
  const direct = all.filter((c) => c.kind === "im" && !scene.users.get(c.user)?.is_bot);
  const entry = (channel) => item(channel, scene, channel.id === open, go);
  const shown = all.map((c) => [c.id, scene.title(c), c.unread > 0, c.id === open]);
  refill(box, [shown, scene.workspace, scene.viewer, scene.town], () => [
    el("div", { class: "workspace" }, el("strong", {}, scene.workspace.name ?? "Workspace"), el("span", {}, "simulated workspace")),
    section("Channels", rooms.map(entry)),
    direct.length ? section("Direct messages", direct.map(entry)) : null,
    section("Apps", apps.map(entry)),
    el("div", { class: "signed-in" }, avatar(scene.viewer, "face-small"),
      el("div", {}, el("b", {}, scene.viewer?.name ?? ""), el("span", {}, scene.viewer?.title || scene.town)))]);
}

function section(title, entries) {
  return el("section", { class: "side-section" }, el("h2", {}, title), el("ul", {}, entries.map((e) => el("li", {}, e))));
}

function item(channel, scene, active, go) {
  const other = scene.users.get(channel.user);
  const news = channel.unread > 0 && !active;
  const label = `${scene.title(channel)}${news ? ", new messages" : ""}`;
  return el("button", { type: "button", class: `side-item ${news ? "has-news" : ""}`, "aria-current": active ? "page" : null,
    "aria-label": label, "data-channel": channel.id, onclick: () => go(channel.id) },
    channel.kind === "im" ? avatar(other, "face-tiny") : icon("hash"),
    el("span", { class: "side-name" }, scene.title(channel)),
    other?.is_bot ? el("span", { class: "badge badge-dark" }, "APP") : null,
    news ? el("span", { class: "dot", title: "new" }) : null);
}

/** The line above a conversation, with the tabs an app has. `tab(name)` switches. */
export function drawHead(box, scene, channel, shown, tab) {
  const other = scene.users.get(channel?.user);
  const tabs = other?.is_bot ? ["home", "messages", "about"] : [];
  refill(box, [channel?.id, channel?.topic, scene.title(channel), other, shown], () => [
    el("div", { class: "head-title" }, channel?.kind === "im" ? avatar(other, "face-small") : icon("hash"),
      el("h1", {}, scene.title(channel)), other?.is_bot ? el("span", { class: "badge" }, "APP") : null,
      channel?.topic ? el("span", { class: "topic", title: channel.topic }, channel.topic) : null),
    tabs.length ? el("div", { class: "tabs", role: "tablist", "aria-label": "App" }, tabs.map((name) =>
      el("button", { type: "button", role: "tab", "aria-selected": String(name === shown), tabindex: name === shown ? "0" : "-1",
        onclick: () => tab(name), onkeydown: (event) => step(event, tabs, name, tab) },
      name[0].toUpperCase() + name.slice(1)))) : null]);
}

/** Arrow keys walk along a row of tabs. */
export function step(event, names, current, choose) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const row = event.currentTarget.parentElement;
  const index = (names.indexOf(current) + by + names.length) % names.length;
  choose(names[index]);
  // The row may have been drawn anew.
  queueMicrotask(() => (row.isConnected ? row : document.querySelector(`[aria-label="${row.getAttribute("aria-label")}"]`))
    ?.querySelectorAll("[role=tab]")[index]?.focus());
}
