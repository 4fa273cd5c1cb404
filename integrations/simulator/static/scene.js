// What the page knows at this moment: who looks, who else there is, which conversations, what time it is.

import * as api from "./api.js";
import { city } from "./dates.js";

/** Everything drawn is drawn from here. It changes only in `turnTo`, `refresh` and `setClock`. */
export class Scene {
  constructor() {
    this.me = "";
    this.users = new Map();
    this.channels = new Map();
    this.app = {};
    this.workspace = {};
    this.commands = [];
    this.shortcuts = [];
    this.hears = false;
    this.homeView = null;
    this.setClock({ now: new Date().toISOString(), speed: 1 });
  }

  /** Look as `user` (or as the first person when there is none such). False when a later call has overtaken this one,
   * else `{view}`: the modal that is open, if any. */
  async turnTo(user) {
    const turn = (this.turns = (this.turns ?? 0) + 1);
    const state = await api.state(user);
    if (turn !== this.turns) return false;
    this.take(state);
    return { view: state.view ?? null };
  }

  /** Fetch the state anew; an answer for somebody whom the page no longer looks as is dropped. */
  async refresh() {
    const asked = this.me;
    const state = await api.state(asked);
    if (asked === this.me) this.take(state);
  }

  take(state) {
    const heard = this.me === state.me ? this.channels : new Map(); // what came in while this was fetched stays new
    this.me = state.me;
    this.workspace = state.workspace;
    this.app = state.app;
    this.users = new Map(state.users.map((u) => [u.id, u]));
    this.channels = new Map(state.channels.map((c) => [c.id, { ...c, ...news(c, heard.get(c.id)) }]));
    this.commands = state.commands ?? this.commands;
    this.shortcuts = state.shortcuts ?? [];
    this.hears = Boolean(state.hears);
    this.homeView = state.home ?? null;
    this.appAnswers = state.product?.ok !== false;
    this.setClock(state.clock);
  }

  /** Company time runs from here at this speed. */
  setClock({ now, speed }) {
    this.pace = { company: new Date(now).getTime(), seen: performance.now(), speed };
  }

  /** Company time now. */
  now = () => new Date(this.pace.company + (performance.now() - this.pace.seen) * this.pace.speed);

  /** The viewer. */
  get viewer() {
    return this.users.get(this.me);
  }

  /** The viewer's zone. */
  get zone() {
    return this.viewer?.tz || "UTC";
  }

  /** The viewer's town, for the clock. */
  get town() {
    return city(this.zone);
  }

  /** The direct conversation with the app, if there is one yet. */
  get appChannel() {
    return [...this.channels.values()].find((c) => c.kind === "im" && c.user === this.app.user);
  }

  /** What a conversation is called. */
  title(channel) {
    if (channel?.kind !== "im") return channel?.name ?? "";
    return this.users.get(channel.user)?.name ?? channel.name ?? "Direct message";
  }
}

/** `asked` is the message that was changed to ask something and has not been looked at. */
const news = (now, heard) => ({ unread: Math.max(now.unread ?? 0, heard?.unread ?? 0), asked: heard?.asked || now.asked });
