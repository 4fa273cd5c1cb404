// What the page knows at this moment: who looks, who else there is, which conversations, what time it is.

import * as api from "./api.js";
import { city } from "./dates.js";

/** Everything drawn is drawn from here. It changes only in `load` and `setClock`. */
export class Scene {
  constructor() {
    this.me = "";
    this.users = new Map();
    this.channels = new Map();
    this.app = {};
    this.workspace = {};
    this.commands = [];
    this.homeView = null;
    this.setClock({ now: new Date().toISOString(), speed: 1 });
  }

  /** Fetch the state as `user` (or as the first person when there is none such). Returns the open modal, if any. */
  async load(user) {
    const state = await api.state(user);
    const heard = this.me === state.me ? this.channels : new Map(); // what came in while this was fetched stays new
    this.me = state.me;
    this.workspace = state.workspace;
    this.app = state.app;
    this.users = new Map(state.users.map((u) => [u.id, u]));
    this.channels = new Map(state.channels.map((c) => [c.id, { ...c, unread: Math.max(c.unread ?? 0, heard.get(c.id)?.unread ?? 0) }]));
    this.commands = state.commands ?? this.commands;
    this.homeView = state.home ?? null;
    this.appAnswers = state.product?.ok !== false;
    this.setClock(state.clock);
    return state.view ?? null;
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
