// What was pressed spins until the app has done something about it.

import { toast } from "./toast.js";

const PATIENCE_MS = 20_000;

/** Keeps track of what was pressed and is not answered yet. */
export class Clicks {
  constructor() {
    this.waiting = new Set();
  }

  /** Send one press: `node` spins until `settle(place)`. */
  async press(place, node, send) {
    if (node.getAttribute("aria-busy")) return;
    node.setAttribute("aria-busy", "true");
    const entry = { place, node };
    entry.timer = setTimeout(() => this.giveUp(entry), PATIENCE_MS);
    this.waiting.add(entry);
    try {
      await send();
    } catch (error) {
      this.end(entry);
      toast(`That did not reach the app: ${error.message}`, { ok: false });
    }
  }

  /** The app has spoken or changed something in `place`. */
  settle(place) {
    for (const entry of this.waiting) if (entry.place === place) this.end(entry);
  }

  giveUp(entry) {
    if (this.waiting.has(entry) && entry.node.isConnected) toast("The app has not answered yet.", { ok: false });
    this.end(entry);
  }

  end(entry) {
    clearTimeout(entry.timer);
    entry.node.removeAttribute("aria-busy");
    this.waiting.delete(entry);
  }
}
