// The page, joined together: what happens in the company arrives here and is shown where it belongs.

import { byId, fill, icon } from "./dom.js";
import * as api from "./api.js";
import { Scene } from "./scene.js";
import { Room } from "./room.js";
import { Panel } from "./panel.js";
import { ClockBar, workdayIn } from "./clockbar.js";
import { People } from "./people.js";
import { Modal } from "./modal.js";
import { Clicks } from "./clicks.js";
import { drawSidebar } from "./sidebar.js";
import { showGuide } from "./guide.js";
import { toast } from "./toast.js";

const GATHER_MS = 40; // several events of one moment lead to one fetch
const CHECK_MS = 20_000;
const scene = new Scene();
const clicks = new Clicks();
const waiting = new Map();
let stop = () => {};

const room = new Room(scene, {
  act, turn, notice: (message, pressed) => panel.notice(JSON.stringify([message.text, message.blocks ?? []]), pressed),
  refuse: (word) => toast(word === "pm" ? "/pm is not supported in threads, as in Slack. Mention @PM Agent instead." : `/${word} is not a command here. Try /pm help.`, { ok: false }),
  say: (channel, text, thread) => attempt(() => api.say(scene.me, channel, text, thread)),
  command: (channel, text) => attempt(() => api.command(scene.me, channel, text)),
  react: (message, name) => attempt(() => api.react(scene.me, room.id, message.ts, name)),
  shortcut: (message, entry) => attempt(() => api.shortcut(scene.me, room.id, message.ts, entry.callback_id)),
  edit: (message, text) => attempt(() => api.edit(scene.me, room.id, message.ts, room.composer.encode(text))),
  stop: (channel, thread) => attempt(() => api.stopWork(scene.me, channel, thread)),
  covered: () => cover(),
  join: (channel) => attempt(async () => { await api.join(scene.me, channel); await reload(); }),
});
const clockBar = new ClockBar(byId("clock"), scene, (change) => attempt(async () => tell(await api.clock(change))));
const panel = new Panel(byId("panel"), scene, { report: (words) => toast(words, { ok: false }), onLaw: (text) => clockBar.setWorkday(workdayIn(text)) });
const people = new People(byId("people"), scene, (user) => become(user));
const modal = new Modal(scene, (action, node) => act({ channel: "", ts: "" }, action, node),
  (view, values) => attempt(() => api.submit(scene.me, view.id, values)), (view) => attempt(() => api.closeView(scene.me, view.id)));

async function attempt(send) {
  try {
    return await send();
  } catch (error) {
    toast(error.message, { ok: false });
    return null;
  }
}

function soon(name, work) {
  if (waiting.has(name)) return;
  waiting.set(name, setTimeout(() => {
    waiting.delete(name);
    attempt(work);
  }, GATHER_MS));
}

// --- who looks, and at what -----------------------------------------------------------------------------------

async function become(user, toApp = false) {
  const before = room.id;
  const turned = await scene.turnTo(user);
  if (!turned) return; // somebody else was chosen meanwhile
  stop();
  stop = api.listen(scene.me, (event) => receive(event), () => catchUp());
  clicks.waiting.clear();
  modal.forget();
  modal.show(turned.view);
  remember();
  clockBar.tick();
  people.mark(scene.me, false);
  people.draw();
  room.id = "";
  const open = toApp ? scene.appChannel?.id : before;
  await show(scene.channels.has(open) ? open : scene.channels.keys().next().value, "messages");
}

function remember() {
  const here = new URL(location.href);
  if (here.searchParams.get("user") === scene.me) return;
  const first = !here.searchParams.has("user"); // the back button must be able to leave the page
  here.searchParams.set("user", scene.me);
  history[first ? "replaceState" : "pushState"](null, "", here);
}

async function show(id, tab) {
  const channel = scene.channels.get(id);
  if (!channel) return;
  channel.unread = 0;
  const moved = id !== room.id || tab !== room.tab;
  const opened = room.open(id, tab);
  drawers(null);
  side();
  if (moved) tellApp(channel, tab);
  await opened;
}

// An agent hears when somebody opens its messages, and which conversation they look at.
function tellApp(channel, tab) {
  if (channel === scene.appChannel) { if (tab === "messages") attempt(() => api.openHome(scene.me, "messages")); }
  else attempt(() => api.look(scene.me, channel.id));
}

function turn(id, tab) {
  return attempt(() => show(id, tab));
}

function side() {
  drawSidebar(byId("sidebar"), scene, room.id, (id) => turn(id, "messages"));
  document.title = `${[...scene.channels.values()].some((c) => c.unread > 0) ? "● " : ""}PM Agent: a day at the simulated company`;
}

// --- what happens -----------------------------------------------------------------------------------------------

const ON = {
  message: heard, update: heard, delete: heard, ephemeral: heard,
  home: () => soon("state", reload),
  unread: (event) => somebodyElse(event.user),
  status: (event) => { if (event.channel === room.id) room.status(event); },
  session: () => soon("state", reload),
  prompts: () => soon("state", reload),
  room: () => soon("state", reload),
  clock: (event) => tell(event.clock),
  jira: () => soon("jira", () => panel.changed("jira")),
  traffic: () => soon("traffic", () => panel.changed("traffic")),
  view: (event) => {
    clicks.settle("");
    clicks.settle(room.id);
    clicks.settle("home");
    if (event.errors) modal.complain(event.errors);
    else modal.show(event.view ?? null);
  },
};

function receive(event) {
  if (Object.hasOwn(ON, event.type)) ON[event.type](event);
}

function somebodyElse(id) {
  const user = scene.users.get(id);
  if (!user || id === scene.me) return;
  people.mark(id, true);
  toast(`${scene.app.name} wrote to ${user.name}.`, { action: [`Look as ${user.name.split(" ")[0]}`, () => attempt(() => become(id, true))] });
}

function heard(event) {
  clicks.settle("home");
  const fromMe = event.user === scene.me;
  const channel = scene.channels.get(event.channel);
  if (event.channel === room.id) {
    if (!fromMe) soon(`settle ${room.id}`, () => clicks.settle(event.channel));
    soon("messages", () => room.refresh(fromMe));
  }
  if (!channel) soon("state", reload);
  const away = event.channel !== room.id || room.tab !== "messages";
  const news = event.asks || event.type === "message" || event.type === "ephemeral";
  if (channel && event.asks) channel.asked = event.ts;
  if (channel && away && !fromMe && news) channel.unread += 1;
  side();
}

function tell(clock) {
  if (!clock?.now) return;
  scene.setClock(clock);
  clockBar.tick();
}

async function reload() {
  await scene.refresh();
  if (room.channel && room.tab === "messages") room.channel.unread = 0;
  clicks.settle("home");
  byId("down").hidden = scene.appAnswers;
  room.frame();
  people.draw();
  side();
}

// After every (re)connection: whatever was missed is read again.
function catchUp() {
  soon("state", reload);
  soon("messages", () => room.refresh());
  for (const name of ["jira", "constitution", "happenings"]) panel.refresh(name);
  panel.refresh(panel.current);
}

function act(message, action, node) {
  const place = message.channel === "home" ? "home" : message.channel ? room.id : "";
  const sent = { user: scene.me, channel: message.channel || room.id, ts: message.ts, thread_ts: message.thread_ts, view_id: message.view_id, ...action };
  return clicks.press(place, node, () => api.click(sent));
}

// --- the frame --------------------------------------------------------------------------------------------------

const guide = {
  happenings: () => { openPanel(true); panel.show("happenings"); byId("panel").querySelector(".happening-go")?.focus(); },
  clock: () => attempt(async () => tell(await api.clock({ to: "next_morning" }))),
  people: () => people.open(true),
};

function again() {
  openPanel(true);
  showGuide(panel.guide, guide, true);
}

function openPanel(yes) {
  byId("layout").classList.toggle("no-panel", !yes);
  byId("panel-button").setAttribute("aria-pressed", String(yes));
  if (yes && narrow.matches) drawers("panel");
  cover();
}

// On a phone there is one column: the sidebar and the panel slide over it, one at a time.
const narrow = matchMedia("(max-width: 760px)");

function drawers(open) {
  if (!narrow.matches) return;
  byId("layout").classList.toggle("has-sidebar", open === "sidebar");
  byId("menu-button").setAttribute("aria-expanded", String(open === "sidebar"));
  if (open !== "panel") {
    byId("layout").classList.add("no-panel");
    byId("panel-button").setAttribute("aria-pressed", "false");
  }
  if (open === "sidebar") byId("sidebar").querySelector("[aria-current]")?.focus();
  cover();
}

// What lies under a drawer, or on a phone under a thread, cannot be reached by keyboard either.
function cover() {
  const shown = byId("layout").classList;
  const drawer = narrow.matches && (shown.contains("has-sidebar") || !shown.contains("no-panel"));
  byId("thread").inert = drawer;
  byId("main").inert = drawer || (narrow.matches && shown.contains("has-thread"));
}

function narrowed() {
  byId("layout").classList.remove("has-sidebar");
  openPanel(!narrow.matches);
}

function escape(event) {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  if (narrow.matches && (byId("layout").classList.contains("has-sidebar") || !byId("layout").classList.contains("no-panel"))) drawers(null);
  else if (room.threadTs) room.closeThread();
}

// A link to an issue or pull request of the simulated company opens beside the conversation, not on the Internet.
function follow(event) {
  if (event.target.tagName === "CODE" && event.target.closest(".message")) attempt(() => panel.showDirective(event.target.textContent));
  const anchor = event.target.closest("a[href]");
  const key = anchor && /\b[A-Z][A-Z0-9]+-\d+\b/.exec(decodeURIComponent(anchor.href))?.[0];
  const pull = anchor && /([^/]+)\/pull-requests\/(\d+)/.exec(anchor.href);
  const wanted = pull ? `${pull[1]}#${pull[2]}` : key;
  if (!wanted) return;
  event.preventDefault();
  openPanel(true);
  attempt(async () => {
    if (!(await panel.showIssue(wanted))) toast(`${wanted} is not in the simulated company.`, { ok: false });
  });
}

function closeMenus(event) {
  for (const menu of document.querySelectorAll("details.overflow[open]")) if (!menu.contains(event.target)) menu.open = false;
}

function frame() {
  byId("brand-mark").append(icon("compass"));
  fill(byId("help-button"), icon("help"));
  fill(byId("panel-button"), icon("panel"));
  byId("help-button").addEventListener("click", () => again());
  byId("panel-button").addEventListener("click", () => openPanel(byId("layout").classList.contains("no-panel")));
  byId("layout").addEventListener("click", follow);
  document.addEventListener("click", closeMenus);
  fill(byId("menu-button"), icon("menu"));
  byId("menu-button").addEventListener("click", () => drawers(byId("layout").classList.contains("has-sidebar") ? null : "sidebar"));
  byId("shade").addEventListener("click", () => drawers(null));
  narrow.addEventListener("change", narrowed);
  narrowed();
  document.addEventListener("keydown", escape);
  window.addEventListener("popstate", () => attempt(() => become(new URL(location.href).searchParams.get("user"))));
  api.whenLost((isLost) => { byId("lost").hidden = !isLost; });
  setInterval(() => { if (!document.hidden) soon("state", reload); }, CHECK_MS);
}

async function begin() {
  frame();
  try {
    await become(new URL(location.href).searchParams.get("user"));
    showGuide(panel.guide, guide);
  } catch {
    byId("lost").hidden = false;
    setTimeout(begin.again, 1000);
  }
}
begin.again = () => become(new URL(location.href).searchParams.get("user"))
  .then(() => { byId("lost").hidden = true; showGuide(panel.guide, guide); })
  .catch(() => setTimeout(begin.again, 1000));

begin();
