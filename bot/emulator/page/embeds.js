/** Embeds: the framed cards a bot can add to its message. */

import { h } from "./dom.js";
import { mediaView } from "./attachments.js";
import { renderMarkdown } from "./markdown.js";
import { messageTime } from "./time.js";

export function embedView(embed, names) {
  const { author, title, url, description, fields = [], image, thumbnail, video } = embed;
  return h(
    "article",
    { class: "embed", style: embed.color != null && `--embed-color: ${cssColor(embed.color)}` },
    thumbnail && h("div", { class: "embed-thumbnail" }, mediaView(asMedia(thumbnail, "image"))),
    author && h("div", { class: "embed-author" }, maybeLink(author.url, author.name)),
    title && h("div", { class: "embed-title" }, maybeLink(url, renderMarkdown(title, names))),
    description && h("div", { class: "embed-description markdown" }, renderMarkdown(description, names)),
    fields.length > 0 && h("dl", { class: "embed-fields" }, fields.map((field) => fieldView(field, names))),
    image && h("div", { class: "embed-image" }, mediaView(asMedia(image, "image"))),
    video && h("div", { class: "embed-image" }, mediaView(asMedia(video, "video"))),
    footerView(embed),
  );
}

/** `0x5865f2` as `#5865f2`. */
export function cssColor(number) {
  return `#${number.toString(16).padStart(6, "0")}`;
}

function asMedia(media, kind) {
  return { content_type: `${kind}/*`, ...media };
}

function fieldView({ name, value, inline }, names) {
  return h(
    "div",
    { class: inline ? "embed-field inline" : "embed-field" },
    h("dt", { class: "markdown" }, renderMarkdown(name, names)),
    h("dd", { class: "markdown" }, renderMarkdown(value, names)),
  );
}

function footerView({ footer, timestamp }) {
  if (!footer && !timestamp) return null;
  return h(
    "footer",
    { class: "embed-footer" },
    footer?.text,
    footer && timestamp && " · ",
    timestamp && messageTime(timestamp),
  );
}

function maybeLink(url, content) {
  if (!/^https?:\/\//.test(url ?? "")) return content;
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow" }, content);
}
