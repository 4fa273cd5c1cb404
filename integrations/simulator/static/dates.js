// Company time in the viewer's zone: what the clock on the wall of that person says.

const cache = new Map();

function format(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!cache.has(key)) cache.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }));
  return cache.get(key);
}

/** `09:41`. */
export const clockTime = (when, zone) => format(zone, { hour: "2-digit", minute: "2-digit" }).format(when);
/** `Mon 23 Nov`. */
export const shortDay = (when, zone) =>
  format(zone, { weekday: "short", day: "numeric", month: "short" }).format(when).replace(",", "");
/** `Monday, 23 November`. */
export const longDay = (when, zone) => format(zone, { weekday: "long", day: "numeric", month: "long" }).format(when);
/** `2026-11-23`, for comparing days. */
export const dayKey = (when, zone) =>
  format(zone, { year: "numeric", month: "2-digit", day: "2-digit" }).format(when).split("/").reverse().join("-");
/** `Monday, 23 November 2026 at 09:41:07`. */
export const fullTime = (when, zone) => format(zone, { dateStyle: "full", timeStyle: "medium" }).format(when);
/** `Berlin` out of `Europe/Berlin`. */
export const city = (zone) => (zone.split("/").pop() ?? zone).replaceAll("_", " ");

/** `Today`, `Yesterday` or the day. */
export function dayName(when, now, zone) {
  if (dayKey(when, zone) === dayKey(now, zone)) return "Today";
  if (dayKey(when, zone) === dayKey(new Date(now.getTime() - 86_400_000), zone)) return "Yesterday";
  return longDay(when, zone);
}

const PARTS = {
  date_num: (when, { zone }) => dayKey(when, zone),
  date: (when, { zone }) => format(zone, { dateStyle: "long" }).format(when),
  date_short: (when, { zone }) => format(zone, { day: "numeric", month: "short", year: "numeric" }).format(when),
  date_long: (when, { zone }) => format(zone, { dateStyle: "full" }).format(when),
  time: (when, { zone }) => clockTime(when, zone),
  time_secs: (when, { zone }) => format(zone, { timeStyle: "medium" }).format(when),
  ago: (when, { now }) => ago(when, now()),
};

/** Fill Slack's date template, for example `{date_short_pretty} {time}`. */
export function formatDate(when, template, scene) {
  return template.replace(/\{([a-z_]+)\}/g, (whole, name) => {
    const plain = name.replace(/_pretty$/, "");
    if (!Object.hasOwn(PARTS, plain)) return whole;
    const day = name.endsWith("_pretty") ? dayName(when, scene.now(), scene.zone) : "";
    return day === "Today" || day === "Yesterday" ? day.toLowerCase() : PARTS[plain](when, scene);
  });
}

function ago(when, now) {
  const minutes = Math.round((now - when) / 60_000);
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  if (Math.abs(minutes) < 60) return words.format(-minutes, "minute");
  if (Math.abs(minutes) < 1440) return words.format(-Math.round(minutes / 60), "hour");
  return words.format(-Math.round(minutes / 1440), "day");
}
