// The page's only way out: the simulator's control API. Every click and word travels from there, signed, to the real app.

let lost = () => {};

/** Tell `handler(true|false)` when the connection to the simulator is lost or back. */
export function whenLost(handler) {
  lost = handler;
}

async function call(path, options = {}) {
  const reply = await fetch(`/sim/${path}`, { cache: "no-store", ...options });
  const type = reply.headers.get("content-type") ?? "";
  const body = type.includes("json") ? await reply.json() : { text: await reply.text() };
  if (!reply.ok) throw new Error(body.error ?? body.detail ?? `the simulator answered ${reply.status}`);
  return body;
}

const get = (path, query = {}) => call(`${path}?${new URLSearchParams(query)}`);

const post = (path, body) =>
  call(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** Who is there, which conversations this user sees, and what time it is in the company. */
export const state = (user) => get("state", user ? { user } : {});
/** All messages of one conversation as this user sees it, oldest first, replies and private answers included. */
export const messages = async (user, channel) => (await get("messages", { user, channel })).messages;
/** One click on a block of a message, an ephemeral, a modal or the Home tab. */
export const click = (action) => post("click", action);
/** What a modal holds when its button is pressed. */
export const submit = (user, viewId, values) => post("submit", { user, view_id: viewId, values });
/** A slash command; `text` is what follows `/pm`. */
export const command = (user, channel, text) => post("command", { user, channel, text });
/** Words typed into a conversation. */
export const say = (user, channel, text, threadTs) =>
  post("message", { user, channel, text, ...(threadTs ? { thread_ts: threadTs } : {}) });
/** A modal is closed; what was below it comes back as `view`. */
export const closeView = (user, viewId) => post("close", { user, view_id: viewId });
/** An entry of the app's in the menu of a message. */
export const shortcut = (user, channel, ts, callbackId) => post("shortcut", { user, channel, ts, callback_id: callbackId });
/** Other words for a message of one's own. */
export const edit = (user, channel, ts, text) => post("edit", { user, channel, ts, text });
/** Add a reaction or take it back. */
export const react = (user, channel, ts, name) => post("react", { user, channel, ts, name });
/** Stop what the app is doing in a thread. */
export const stopWork = (user, channel, threadTs) => post("stop", { user, channel, thread_ts: threadTs });
/** This user turns to another conversation. */
export const look = (user, channel) => post("look", { user, channel });
/** This user joins a channel; with `app`, takes the app into it. */
export const join = (user, channel, app = false) => post("join", { user, channel, app });
/** Whether the app may hear channels without a mention. */
export const hears = (on) => post("hears", { on });
/** What can go wrong. */
export const faults = async () => (await get("faults")).faults;
/** Make it go wrong: `{name, times?, channel?}`. */
export const fault = (wish) => post("fault", wish);
/** This user looks at the app's Home tab, or at its messages. */
export const openHome = (user, tab = "home") => post("home", { user, tab });
/** What can be made to happen in the simulated company. */
export const happenings = async () => (await get("happenings")).happenings;
/** Make it happen. */
export const happen = (name) => post("happen", { name });
/** Change how company time runs: `{speed}`, `{advance_seconds}` or `{to: "next_morning"}`. */
export const clock = (change) => post("clock", change);
/** The text of directives.yaml. */
export const constitution = () => get("constitution");
/** Issues and pull requests as the simulated company has them. */
export const jira = () => get("jira");
/** The last requests between the app and the simulated services. */
export const traffic = async () => (await get("traffic")).traffic;

/**
 * Listen to what happens to `user`. `onEvent` gets each event; `onOpen` is called at every (re)connection, when
 * whatever was missed must be fetched again. Returns a function that stops listening.
 */
export function listen(user, onEvent, onOpen) {
  let source = null;
  let timer = 0;
  let wait = 500;
  let stopped = false;
  const open = () => {
    source = new EventSource(`/sim/stream?${new URLSearchParams({ user })}`);
    source.onopen = () => {
      wait = 500;
      lost(false);
      onOpen();
    };
    source.onmessage = (event) => onEvent(JSON.parse(event.data));
    source.onerror = () => {
      source.close(); // our own retry: a browser gives up for good after some kinds of failure
      if (stopped) return;
      lost(true);
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, 5000);
    };
  };
  open();
  return () => {
    stopped = true;
    clearTimeout(timer);
    source.close();
  };
}
