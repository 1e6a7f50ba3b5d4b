/** Files in a message: videos with a player, images, and links to anything else. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

const LARGEST_SIDE = 400; // pixels
const KINDS = { mp4: "video", webm: "video", mov: "video", png: "image", jpg: "image", jpeg: "image", gif: "image", webp: "image" };

/** The element for an attachment. Its `data-attachment-id` tells which. */
export function attachmentView(attachment) {
  const { id, filename, url } = attachment;
  const node = h(
    "figure",
    { class: "attachment", dataset: { attachmentId: id } },
    mediaView({ ...attachment, name: filename }) ?? h("span", { class: "file-icon" }, icon("file", 28)),
    h(
      "figcaption",
      {},
      h("span", { class: "file-name", title: filename }, filename),
      h("span", { class: "file-size" }, readableSize(attachment.size)),
      h(
        "a",
        { class: "icon-button", href: url, download: filename, "aria-label": `Download ${filename}`, title: "Download" },
        icon("download", 18),
      ),
    ),
  );
  return filename.startsWith("SPOILER_") || attachment.is_spoiler ? covered(node) : node;
}

/** A player or a picture, or null where the browser cannot show such a file. */
export function mediaView({ name = "", url, content_type: type, description, width, height, spoiler }) {
  const kind = kindOf(type, name || url);
  if (kind !== "video" && kind !== "image") return null;
  const size = shownSize(kind, width, height);
  const text = description || name;
  const node =
    kind === "video"
      ? h("video", {
          src: url, controls: true, loop: true, playsinline: true, preload: "metadata",
          style: size, "aria-label": text, title: text,
        })
      : h("img", { src: url, alt: description ?? "", title: text, style: size, loading: "lazy" });
  return spoiler ? covered(node) : node;
}

/** Start a clip that has just arrived, silently, and rest the one that started before it. */
export function playArrival(container) {
  const video = container.querySelector("video");
  if (video === null || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const other of document.querySelectorAll("video[data-arrived]")) {
    other.pause();
    delete other.dataset.arrived;
  }
  video.muted = true;
  video.dataset.arrived = "";
  video.play().catch(() => {}); // the browser may forbid it; the controls are there
}

function kindOf(type, name) {
  if (type) return type.split("/")[0];
  const extension = name.split("?")[0].split(".").pop().toLowerCase();
  return KINDS[extension] ?? "file";
}

/** Small clips are shown enlarged; pictures never beyond their own size. */
function shownSize(kind, width, height) {
  if (!width || !height) return null;
  const fit = LARGEST_SIDE / Math.max(width, height);
  const scale = kind === "video" ? fit : Math.min(fit, 1);
  return `width: ${Math.round(width * scale)}px; aspect-ratio: ${width} / ${height}`;
}

function covered(node) {
  const cover = h("button", { class: "spoiler-cover", type: "button", "aria-label": "Show the spoiler" }, "Spoiler");
  const wrapper = h("div", { class: "covered" }, node, cover);
  node.inert = true; // neither read aloud nor reached by keys
  cover.addEventListener("click", () => {
    node.inert = false;
    wrapper.classList.add("revealed");
    cover.remove();
  });
  return wrapper;
}

function readableSize(bytes) {
  if (!bytes) return "";
  const units = ["bytes", "KB", "MB", "GB"];
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
