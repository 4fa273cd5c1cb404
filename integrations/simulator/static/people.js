// Who you are on this page: switch to anyone in the company, and see who has something new.

import { el, fill, avatar, icon } from "./dom.js";
import { city, clockTime } from "./dates.js";

/** The switcher at the top right. `become(id)` changes the viewer. */
export class People {
  constructor(box, scene, become) {
    Object.assign(this, { box, scene, become, news: new Set() });
    document.addEventListener("click", (event) => {
      if (!event.composedPath().includes(box)) this.open(false); // the pressed button may have been drawn anew
    });
    box.addEventListener("keydown", (event) => this.key(event));
  }

  /** Draw for the present viewer. */
  draw() {
    const { scene } = this;
    const drawn = JSON.stringify([scene.me, [...scene.users.values()], [...this.news]]);
    if (drawn === this.drawn) return; // not anew under a finger
    this.drawn = drawn;
    const wasOpen = Boolean(this.menu) && !this.menu.hidden;
    const others = [...this.news].filter((id) => id !== scene.me).length;
    this.button = el("button", { type: "button", class: "who", "aria-haspopup": "menu", "aria-expanded": "false",
      "aria-label": `You are ${scene.viewer?.name}. Switch person${others ? ", others have new messages" : ""}`,
      onclick: () => this.open(this.menu.hidden) },
    avatar(scene.viewer, "face-small"),
    el("span", { class: "who-name" }, el("small", {}, "Viewing as"), el("b", {}, scene.viewer?.name ?? "")),
    others ? el("span", { class: "dot" }) : null, icon("chevron"));
    this.menu = el("div", { class: "menu who-menu", role: "menu", hidden: true });
    fill(this.box, this.button, this.menu);
    if (wasOpen) this.open(true);
  }

  /** Everybody, with their time of day now. */
  list() {
    const people = [...this.scene.users.values()].filter((u) => !u.is_bot);
    fill(this.menu, el("p", { class: "menu-note" }, "See the company through somebody else's eyes"), people.map((u) => this.entry(u)));
  }

  entry(user) {
    const { scene } = this;
    const place = user.tz ? `${city(user.tz)} ${clockTime(scene.now(), user.tz)}` : "";
    return el("button", { type: "button", role: "menuitemradio", "aria-checked": String(user.id === scene.me), class: "menu-item who-item",
      "data-user": user.id, onclick: () => { this.open(false); this.become(user.id); } },
    avatar(user, "face-small"),
    el("span", { class: "who-words" }, el("b", {}, user.name), el("small", {}, [user.title, place].filter(Boolean).join(" · "))),
    user.is_guest ? el("span", { class: "badge badge-guest" }, "GUEST") : null,
    this.news.has(user.id) && user.id !== scene.me ? el("span", { class: "dot", title: "new message" }) : null);
  }

  /** Mark that somebody has something new, or no longer. */
  mark(id, isNew) {
    if (this.news.has(id) === isNew) return;
    if (isNew) this.news.add(id);
    else this.news.delete(id);
    this.draw();
  }

  open(yes) {
    if (!this.menu) return;
    if (yes && this.menu.hidden) this.list();
    this.menu.hidden = !yes;
    this.button.setAttribute("aria-expanded", String(yes));
    if (yes) this.menu.querySelector("[aria-checked=true]")?.focus();
  }

  key(event) {
    if (this.menu.hidden) return;
    const items = [...this.menu.querySelectorAll(".menu-item")];
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      this.open(false);
      this.button.focus();
    } else if (by) {
      event.preventDefault();
      items[(items.indexOf(document.activeElement) + by + items.length) % items.length].focus();
    }
  }
}
