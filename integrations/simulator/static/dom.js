// Everything on this page is built from nodes and text: data never becomes markup.

/** Build one element. Attributes: `class`, `on*` handlers, `data-*`, booleans; children: nodes, strings, null. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2).toLowerCase(), value);
  else node.setAttribute(name, value === true ? "" : String(value));
}

/** Replace all that is inside `node`. */
export function fill(node, ...children) {
  node.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const signatures = new WeakMap();

/** Fill `node` with what `draw` makes, unless `data` is as it was: a button replaced while it is pressed never clicks. */
export function refill(node, data, draw) {
  const signature = JSON.stringify(data);
  if (signatures.get(node) === signature) return;
  signatures.set(node, signature);
  fill(node, draw());
}

/** Draw anew inside `box` without taking the focus from whoever is there: what is at its place afterwards has it. */
export function keepingFocus(box, draw) {
  const held = box.contains(document.activeElement) ? document.activeElement : null;
  const [block, action, value] = held ? [held.closest("[data-block]")?.dataset.block, held.dataset.action, held.dataset.value] : [];
  const scrolled = box.scrollTop;
  draw();
  box.scrollTop = scrolled;
  if (!held || held.isConnected) return;
  const same = [...box.querySelectorAll("[data-action]")].filter((n) => n.dataset.action === action && n.closest("[data-block]")?.dataset.block === block);
  const next = same.find((n) => n.dataset.value === value) ?? same[0] ?? box.querySelector("button:not([hidden]), select, input, textarea");
  (next ?? box).focus({ preventScroll: true });
}

/** The element with that id; the page and this file are one, so a missing id is a mistake worth a crash. */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`no element #${id}`);
  return node;
}

const SHAPES = {
  hash: "M9 3 7 21M17 3l-2 18M4 8.5h17M3 15.5h17",
  chevron: "m6 9 6 6 6-6",
  close: "M5 5l14 14M19 5 5 19",
  send: "M4 12 20 4l-5 16-3.5-6.5z",
  eye: "M2 12s3.6-7 10-7 10 7 10 7-3.6 7-10 7-10-7-10-7zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  thread: "M4 5h16v11H10l-5 4v-4H4z",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2",
  bolt: "M13 2 4 14h7l-1 8 9-12h-7z",
  scroll: "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
  board: "M4 4h16v16H4zM9.5 4v16M15 4v16",
  wire: "M3 8h14l-4-4M21 16H7l4 4",
  help: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.5 9.5A2.5 2.5 0 1 1 13 12c-.8.4-1 1-1 2M12 17v.3",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  compass: "M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20zM16.2 7.8l-2.6 5.8-5.8 2.6 2.6-5.8z",
  panel: "M3 4h18v16H3zM15 4v16",
  check: "m5 12.5 4.5 4.5L19 7.5",
  menu: "M4 6h16M4 12h16M4 18h16",
  storm: "M7 16a4.5 4.5 0 0 1 .6-9A5.5 5.5 0 0 1 18 8.5a3.8 3.8 0 0 1-.4 7.5M13 11l-3 5h4l-3 5",
  up: "M7 11v9H4v-9zM7 11l4-8a2.2 2.2 0 0 1 2 2.6L12.4 9H18a2 2 0 0 1 2 2.4l-1.4 7A2 2 0 0 1 16.6 20H7",
  down: "M7 13V4H4v9zM7 13l4 8a2.2 2.2 0 0 0 2-2.6L12.4 15H18a2 2 0 0 0 2-2.4l-1.4-7A2 2 0 0 0 16.6 4H7",
  trash: "M4 6h16M9 6V4h6v2M6 6l1 14h10l1-14M10 10v6M14 10v6",
  stop: "M7 7h10v10H7z",
  pencil: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
};

/** A small line drawing, hidden from screen readers (the words stand beside it or in the label). */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" }))
    svg.setAttribute(key, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

const HUES = 8;

/** A face made of initials; the app gets a compass. */
export function avatar(user, size = "") {
  const kind = user?.is_bot ? "face face-app" : `face face-${hueOf(user?.id ?? "")}`;
  const box = el("span", { class: `${kind} ${size}`, "aria-hidden": "true" });
  box.append(user?.is_bot ? icon("compass") : initials(user?.name ?? "?"));
  return box;
}

function hueOf(id) {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return sum % HUES;
}

function initials(name) {
  const words = name.trim().split(/\s+/);
  const last = words.length > 1 ? words[words.length - 1] : "";
  return ([...words[0]][0] + ([...last][0] ?? "")).toUpperCase();
}
