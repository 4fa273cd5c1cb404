// When an older message out of sight begins to ask something: a small pill that leads to it.

/** The pill `button` over the scrolling `box`. */
export class Pill {
  constructor(button, box) {
    Object.assign(this, { button, box, node: null });
    button.addEventListener("click", () => this.go());
    box.addEventListener("scroll", () => { if (this.node && !this.away()) this.arrive(); });
  }

  /** `node` asks something now: flash it, or say where it is. */
  point(node) {
    this.node = node;
    const away = node && this.away();
    this.button.hidden = !away;
    if (away) this.button.textContent = away < 0 ? "\u2191 Updated above" : "\u2193 Updated below";
    else if (node) this.arrive();
  }

  /** There is nothing to lead to. */
  hide() {
    this.point(null);
  }

  go() {
    const { node } = this;
    if (!node?.isConnected) return this.hide();
    node.scrollIntoView({ block: "center" });
    return this.arrive();
  }

  arrive() {
    const { node } = this;
    this.hide();
    node.classList.remove("is-changed");
    requestAnimationFrame(() => node.classList.add("is-changed"));
  }

  /** -1 when the end of the message is above what is seen, 1 when below, 0 when in sight. */
  away() {
    const seen = this.box.getBoundingClientRect();
    const end = this.node.getBoundingClientRect().bottom; // its buttons are at its end
    if (end <= seen.top) return -1;
    return end > seen.bottom + 1 ? 1 : 0;
  }
}
