/** Discord's markdown: the blocks of a message, each holding the inline marks of `inline.js`. */

import { h } from "./dom.js";
import { renderInline } from "./inline.js";

const CODE_BLOCK = /```(?:([\w+.-]+)\n)?\n?([\s\S]+?)\n?```/g;
const HEADING = /^(#{1,3})\s+(.+)$/;
const SUBTEXT = /^-#\s+(.+)$/;
const QUOTE = /^> ?(.*)$/;
const QUOTE_REST = /^>>> ?([\s\S]*)$/;
const LIST_ITEM = /^(\s*)(?:([-*])|(\d{1,9})\.)\s+(.+)$/;

/**
 * Return the nodes for a text. `names` resolves mentions:
 * `{user(id), role(id), channel(id), isMe(id)}`.
 */
export function renderMarkdown(text, names) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(CODE_BLOCK)) {
    nodes.push(...renderLines(text.slice(end, match.index).replace(/\n$/, ""), names));
    nodes.push(codeBlock(match[2], match[1]));
    end = match.index + match[0].length;
  }
  return [...nodes, ...renderLines(end ? text.slice(end).replace(/^\n/, "") : text, names)];
}

function codeBlock(code, language) {
  return h("pre", { class: "code-block", dataset: language ? { language } : {} }, h("code", {}, code));
}

function renderLines(text, names) {
  if (text === "") return [];
  const nodes = [];
  const lines = text.split("\n");
  while (lines.length > 0) nodes.push(takeBlock(lines, names));
  return nodes;
}

/** Take the next block off the front of `lines` and return its node. */
function takeBlock(lines, names) {
  const [line] = lines;
  if (QUOTE_REST.test(line)) return quote(lines.splice(0).join("\n").match(QUOTE_REST)[1], names);
  if (isQuote(line)) return quote(takeWhile(lines, isQuote).map(unquoted).join("\n"), names);
  if (LIST_ITEM.test(line)) return list(takeWhile(lines, (each) => LIST_ITEM.test(each)), names);
  const heading = line.match(HEADING);
  if (heading) {
    lines.shift();
    return h(`h${heading[1].length + 2}`, { class: "heading" }, renderInline(heading[2], names));
  }
  const subtext = line.match(SUBTEXT);
  if (subtext) {
    lines.shift();
    return h("small", { class: "subtext" }, renderInline(subtext[1], names));
  }
  return h("p", {}, renderInline(takeWhile(lines, isPlain).join("\n"), names));
}

function isQuote(line) {
  return line.startsWith("> ") || line === ">";
}

function unquoted(line) {
  return line.match(QUOTE)[1];
}

function isPlain(line) {
  return ![HEADING, SUBTEXT, LIST_ITEM, QUOTE_REST].some((mark) => mark.test(line)) && !isQuote(line);
}

function takeWhile(lines, test) {
  const end = lines.findIndex((line) => !test(line));
  return lines.splice(0, end === -1 ? lines.length : end);
}

function quote(text, names) {
  return h("blockquote", {}, renderLines(text, names));
}

/** A list; deeper items make a list inside the item above them. */
function list(lines, names) {
  const items = lines.map((line) => line.match(LIST_ITEM));
  const depth = items[0][1].length;
  const tag = items[0][3] === undefined ? "ul" : "ol";
  const node = h(tag, tag === "ol" ? { start: items[0][3] } : {});
  while (items.length > 0) {
    const [, , , , text] = items.shift();
    const deeper = takeWhile(items, (item) => item[1].length > depth).map((item) => item[0]);
    node.append(h("li", {}, renderInline(text, names), deeper.length > 0 && list(deeper, names)));
  }
  return node;
}
