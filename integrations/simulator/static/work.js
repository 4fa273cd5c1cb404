// The simulated Jira and Bitbucket as they really are now; what changed flashes.

import { el, fill } from "./dom.js";
import * as api from "./api.js";

/** The Jira tab inside `box`. */
export class Work {
  constructor(box) {
    Object.assign(this, { box, before: new Map(), unfolded: new Set() });
  }

  /** Fetch and draw; rows that differ from the last time flash. */
  async refresh() {
    const turn = (this.turns = (this.turns ?? 0) + 1);
    const now = await api.jira();
    const drawn = JSON.stringify(now);
    if (turn !== this.turns || drawn === this.drawn) return; // drawing the same again would end the flash
    this.drawn = drawn;
    const { sprints = [], issues = [], pull_requests: pulls = [] } = now;
    const rows = new Map();
    const known = this.before;
    const row = (key, data, draw) => {
      const words = JSON.stringify(data);
      rows.set(key, words);
      const node = draw(data);
      if (known.size && known.get(key) !== words) node.classList.add("is-flashing");
      return node;
    };
    fill(this.box,
      el("p", { class: "panel-lead" }, "What the simulated Jira and Bitbucket hold. The agent reads and changes it over their real APIs."),
      groups(sprints, issues, pulls).map((group) => this.group(group, row)));
    this.before = rows;
    if (!this.box.hidden) this.box.querySelector(".is-flashing")?.scrollIntoView({ block: "nearest" });
  }

  // What is over or not begun is folded away; what a person opened stays open.
  group({ title, note, members, folded }, row) {
    const list = el("div", { class: "work" }, members.map((thing) => row(keyOf(thing), thing, thing.repository ? drawPull : drawIssue)));
    const name = [title, el("small", {}, ` ${note}`)];
    if (!folded) return [el("h3", {}, name), list];
    const fold = el("details", { class: "work-fold", open: this.unfolded.has(title) || list.querySelector(".is-flashing") !== null },
      el("summary", {}, name), list);
    fold.addEventListener("toggle", () => (fold.open ? this.unfolded.add(title) : this.unfolded.delete(title)));
    return fold;
  }

  /** Bring the row of an issue into view. False when there is none. */
  show(key) {
    const node = [...this.box.querySelectorAll("[data-key]")].find((n) => n.dataset.key === key);
    if (!node) return false;
    const fold = node.closest("details");
    if (fold) fold.open = true;
    node.scrollIntoView({ block: "center" });
    node.classList.remove("is-flashing");
    requestAnimationFrame(() => node.classList.add("is-flashing"));
    return true;
  }
}

const keyOf = (thing) => (thing.repository ? `${thing.repository}#${thing.id}` : thing.key);
const isDone = (issue) => toneOf(issue.status) === "green";
const urgency = (issue) => (isDone(issue) ? 9 : issue.assignee ? ["red", "violet", "blue", "grey"].indexOf(toneOf(issue.status)) + 1 : 0);

function groups(sprints, issues, pulls) {
  const of = (sprint) => issues.filter((i) => i.sprint === sprint.id).sort((a, b) => urgency(a) - urgency(b));
  const loose = issues.filter((i) => !sprints.some((s) => s.id === i.sprint));
  const open = pulls.filter((p) => p.state === "OPEN");
  const running = sprints.filter((s) => s.state === "active").flatMap((s) => [
    { title: s.name, note: "active, open issues", members: of(s).filter((i) => !isDone(i)) },
    { title: `Done in ${s.name}`, note: "", members: of(s).filter(isDone), folded: true }]);
  const others = sprints.filter((s) => s.state !== "active").map((s) => ({ title: s.name, note: s.state, members: of(s), folded: true }));
  return [...running, { title: "Pull requests", note: "open", members: open }, { title: sprints.length ? "No sprint" : "Issues", note: "", members: loose },
    { title: "Closed pull requests", note: "", members: pulls.filter((p) => p.state !== "OPEN"), folded: true }, ...others]
    .map((g) => (g.folded ? { ...g, note: `${g.note} (${g.members.length})` } : g)).filter((g) => g.members.length);
}

function drawIssue(issue) {
  return el("div", { class: "work-row", "data-key": issue.key },
    el("div", { class: "work-top" }, el("b", {}, issue.key), pill(issue.status),
      /^(high|highest|critical|blocker|p0|p1)$/i.test(issue.priority ?? "") ? el("span", { class: "prio" }, issue.priority) : null,
      issue.points === null || issue.points === undefined ? null : el("span", { class: "points", title: "story points" }, `${issue.points} pts`)),
    el("div", { class: "work-title" }, issue.title),
    el("div", { class: `work-who ${issue.assignee ? "" : "is-nobody"}` }, issue.assignee ?? "nobody assigned"));
}

function drawPull(pull) {
  const reviewers = (pull.reviewers ?? []).map((r) => `${r.name}${r.approved ? " ✓" : ""}`).join(", ");
  return el("div", { class: "work-row", "data-key": `${pull.repository}#${pull.id}` },
    el("div", { class: "work-top" }, el("b", {}, `${pull.repository} #${pull.id}`), pill(pull.state)),
    el("div", { class: "work-title" }, pull.title),
    el("div", { class: "work-who" }, `${pull.author ?? ""}${reviewers ? ` → ${reviewers}` : ""}`));
}

const TONES = [[/block|imped|declin/i, "red"], [/done|closed|resolved|merged/i, "green"], [/review|open/i, "violet"], [/progress|doing/i, "blue"]];

const toneOf = (status) => TONES.find(([pattern]) => pattern.test(status ?? ""))?.[1] ?? "grey";
const pill = (status) => el("span", { class: `pill pill-${toneOf(status)}` }, status ?? "?");
