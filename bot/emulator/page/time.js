/** Times of messages, and Discord's `<t:…>` timestamps, of which the relative ones count by themselves. */

import { h } from "./dom.js";

const LANGUAGE = "en-GB";

const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};

const UNITS = [
  ["second", 1, 60],
  ["minute", 60, 60],
  ["hour", 3600, 24],
  ["day", 86_400, 30],
  ["month", 2_592_000, 12],
  ["year", 31_536_000, Infinity],
];

const formats = Object.fromEntries(
  Object.entries(STYLES).map(([style, options]) => [style, new Intl.DateTimeFormat(LANGUAGE, options)]),
);

const relativeFormat = new Intl.RelativeTimeFormat("en", { numeric: "always" });

function format(date, style) {
  return formats[style].format(date);
}

/** "in 12 seconds", "3 minutes ago". */
function relative(seconds, now = Date.now() / 1000) {
  const distance = seconds - now;
  const size = Math.abs(distance);
  const [unit, length] = UNITS.find(([, unitLength, count]) => Math.round(size / unitLength) < count);
  // 0 seconds away is both "in 0 seconds" and "0 seconds ago"; what has not come yet is ahead
  return relativeFormat.format(Math.round(distance / length), unit);
}

/** The element for `<t:seconds:style>`. */
export function timestamp(seconds, style = "f") {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return document.createTextNode("Invalid date");
  const isRelative = style === "R";
  return h(
    "time",
    {
      class: "timestamp",
      datetime: date.toISOString(),
      title: format(date, "F"),
      dataset: isRelative ? { relative: seconds } : {},
    },
    isRelative ? relative(seconds) : format(date, style in STYLES ? style : "f"),
  );
}

/** Let the relative timestamps on the page count. */
export function startClock() {
  setInterval(() => {
    for (const node of document.querySelectorAll("time[data-relative]")) {
      const text = relative(Number(node.dataset.relative));
      if (node.textContent !== text) node.textContent = text;
    }
  }, 500);
}

/** The time beside an author: "Today at 18:05", or with the date when it is older. */
export function messageTime(iso, { short = false } = {}) {
  const date = new Date(iso);
  const clock = format(date, "t");
  const day = { 0: "Today at", 1: "Yesterday at" }[daysAgo(date)] ?? format(date, "d");
  return h(
    "time",
    { class: "message-time", datetime: date.toISOString(), title: format(date, "F") },
    short ? clock : `${day} ${clock}`,
  );
}

/** The line between two days. */
export function dayName(iso) {
  return format(new Date(iso), "D");
}

function daysAgo(date) {
  const midnight = (day) => new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
  return Math.round((midnight(new Date()) - midnight(date)) / 86_400_000);
}
