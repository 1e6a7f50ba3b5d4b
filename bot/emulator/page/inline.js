/** Discord's inline marks: bold, links, mentions, timestamps and the like, as DOM nodes. */

import { h } from "./dom.js";
import { timestamp } from "./time.js";

// inside a mark: an escaped character or any other, so that each has one way to match
const INSIDE = String.raw`((?:\\[\s\S]|[^\\])+?)`;

const MESSAGE_LINK = String.raw`https:\/\/discord\.com\/channels\/(?:\d+|@me)\/(\d+)\/(\d+)`;

const sticky = (source) => new RegExp(source, "y");

/** `[pattern, build(match, names)]`; the first pattern that matches at a place wins. */
const RULES = [
  [sticky(String.raw`\\([^\sA-Za-z0-9])`), ([, character]) => character],
  [sticky("(`+)([\\s\\S]*?[^`])\\1(?!`)"), ([, , code]) => h("code", {}, trimmed(code))],
  [sticky(String.raw`<@!?(\d+)>`), ([, id], names) => mention(`@${names.user(id)}`, names.isMe(id))],
  [sticky(String.raw`<@&(\d+)>`), ([, id], names) => mention(`@${names.role(id)}`)],
  [sticky(String.raw`<#(\d+)>`), ([, id], names) => mention(names.channel(id))],
  [sticky(String.raw`<\/([^:>\n]{1,100}):\d+>`), ([, name]) => command(name)],
  [sticky("@(?:everyone|here)\\b"), ([text]) => mention(text)],
  [sticky(String.raw`<t:(-?\d{1,13})(?::([tTdDfFR]))?>`), ([, s, style]) => timestamp(Number(s), style)],
  [sticky(String.raw`<a?:(\w{2,32}):\d+>`), ([, name]) => `:${name}:`],
  [sticky(MESSAGE_LINK), ([, channel, id], names) => jump([names.channel(channel), " › 💬"], channel, id, "mention")],
  [
    sticky(String.raw`\[((?:\\.|[^\[\]\\\n])+)\]\(<?${MESSAGE_LINK}>?\)`),
    ([, text, channel, id], names) => jump(renderInline(text, names), channel, id, "link-button"),
  ],
  [sticky(String.raw`<(https?:\/\/[^\s<>]+)>`), ([, url]) => link(url, url)],
  [
    sticky(String.raw`\[((?:\\.|[^\[\]\\\n])+)\]\(<?(https?:\/\/[^\s()<>]+(?:\([^\s()<>]*\))?)>?\)`),
    ([, text, url], names) => link(url, renderInline(text, names)),
  ],
  [sticky(String.raw`https?:\/\/[^\s<]*[^\s<.,:;!?"')\]*_|~]`), ([url]) => link(url, url)],
  [sticky(String.raw`\|\|${INSIDE}\|\|`), ([, text], names) => spoiler(renderInline(text, names))],
  [sticky(String.raw`\*\*${INSIDE}\*\*(?!\*)`), marked("strong")],
  [sticky(String.raw`__${INSIDE}__(?!_)`), marked("u")],
  [sticky(String.raw`~~${INSIDE}~~(?!~)`), marked("s")],
  [sticky(String.raw`\*(?![\s*])((?:\\[\s\S]|\*\*[^*]+\*\*|[^*\\])+?)\*(?!\*)`), marked("em")],
  [sticky(String.raw`(?<!\w)_(?![\s_])((?:\\[\s\S]|__[^_]+__|[^_\\])+?)_(?![\w])`), marked("em")],
];

/** Return the nodes and strings for one run of text. */
export function renderInline(text, names) {
  const parts = [];
  let plain = "";
  for (let at = 0; at < text.length; ) {
    const found = matchAt(text, at);
    if (found === null) {
      plain += text[at++];
      continue;
    }
    const [match, build] = found;
    if (plain) parts.push(plain);
    plain = "";
    parts.push(build(match, names));
    at += match[0].length;
  }
  if (plain) parts.push(plain);
  return parts;
}

function matchAt(text, at) {
  // most characters start no mark
  if (!"\\`<@[h|*_~".includes(text[at])) return null;
  for (const [pattern, build] of RULES) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return [match, build];
  }
  return null;
}

function marked(tag) {
  return ([, text], names) => h(tag, {}, renderInline(text, names));
}

function trimmed(code) {
  return /^ .* $/s.test(code) && code.trim() ? code.slice(1, -1) : code;
}

function mention(text, isMe = false) {
  return h("span", { class: isMe ? "mention mention-me" : "mention" }, text);
}

/** A link to a message, which is on this very page. */
function jump(content, channelId, messageId, look) {
  return h("button", { type: "button", class: `inline-button ${look}`, dataset: { channelId, messageId } }, content);
}

/** A command that is put into the box by a press. */
function command(name) {
  return h("button", { type: "button", class: "inline-button mention", dataset: { command: name } }, `/${name}`);
}

function link(url, ...content) {
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow" }, content);
}

function spoiler(content) {
  const node = h(
    "span",
    { class: "spoiler", role: "button", tabindex: 0, "aria-label": "Spoiler, press to reveal" },
    h("span", { class: "spoiler-text", "aria-hidden": "true" }, content),
  );
  const reveal = () => {
    node.classList.add("revealed");
    node.firstChild.removeAttribute("aria-hidden");
    for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
  };
  node.addEventListener("click", reveal, { once: true });
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") reveal();
  });
  return node;
}
