// When an older message out of sight begins to ask something: a small pill that leads to it.

const nothing = () => null;

/** The pill `button` over the scrolling `box`. */
export class Pill {
  constructor(button, box) {
    Object.assign(this, { button, box, find: nothing });
    button.addEventListener("click", () => this.go());
    box.addEventListener("scroll", () => { if (!button.hidden && !this.away()) this.arrive(); });
  }

  /** What `find()` gives asks something now: flash it, or say where it is. It may be drawn anew before one gets there. */
  point(find) {
    this.find = find;
    const away = this.away();
    this.button.hidden = !away;
    if (away) this.button.textContent = away < 0 ? "\u2191 Updated above" : "\u2193 Updated below";
    else this.arrive();
  }

  /** There is nothing to lead to. */
  hide() {
    this.find = nothing;
    this.button.hidden = true;
  }

  go() {
    this.find()?.scrollIntoView({ block: "center" });
    this.arrive();
  }

  arrive() {
    const node = this.find();
    this.hide();
    node?.classList.remove("is-changed");
    requestAnimationFrame(() => node?.classList.add("is-changed"));
  }

  /** -1 when the end of the message is above what is seen, 1 when below, 0 when in sight or gone. */
  away() {
    const node = this.find();
    if (!node) return 0;
    const seen = this.box.getBoundingClientRect();
    const end = node.getBoundingClientRect().bottom; // its buttons are at its end
    if (end <= seen.top) return -1;
    return end > seen.bottom + 1 ? 1 : 0;
  }
}
