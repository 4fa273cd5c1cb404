// The few emoji short names people and apps write most; any other stays as typed.

const KNOWN = {
  "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️",
  no_entry: "⛔", no_entry_sign: "🚫", red_circle: "🔴", large_yellow_circle: "🟡", large_orange_circle: "🟠",
  large_green_circle: "🟢", large_blue_circle: "🔵", white_circle: "⚪", eyes: "👀", hourglass: "⌛", hourglass_flowing_sand: "⏳",
  hourglass_not_done: "⏳", clock1: "🕐", clock9: "🕘", calendar: "📅", date: "📅", bell: "🔔", no_bell: "🔕", mag: "🔍", memo: "📝",
  pencil: "✏️", pencil2: "✏️", scroll: "📜", lock: "🔒", unlock: "🔓", key: "🔑", link: "🔗", pushpin: "📌", round_pushpin: "📍",
  rocket: "🚀", fire: "🔥", rotating_light: "🚨", construction: "🚧", bug: "🐛", wrench: "🔧", hammer: "🔨", gear: "⚙️", robot_face: "🤖",
  wave: "👋", tada: "🎉", pray: "🙏", bulb: "💡", question: "❓", exclamation: "❗", information_source: "ℹ️", speech_balloon: "💬",
  arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️", repeat: "🔁", leftwards_arrow_with_hook: "↩️",
  chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", bar_chart: "📊", clipboard: "📋", package: "📦", inbox_tray: "📥",
  outbox_tray: "📤", zzz: "💤", smile: "😄", slightly_smiling_face: "🙂", thinking_face: "🤔", point_right: "👉", raised_hand: "✋",
  hand: "✋", bust_in_silhouette: "👤", busts_in_silhouette: "👥", checkered_flag: "🏁", flag: "🚩", triangular_flag_on_post: "🚩",
  star: "⭐", sparkles: "✨", double_vertical_bar: "⏸️", arrow_forward: "▶️", shield: "🛡️", compass: "🧭", sunny: "☀️", coffee: "☕",
};

/** The character for a short name, or undefined. */
export function emoji(name) {
  return Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
}
