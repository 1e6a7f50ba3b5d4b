/** The page's own line drawings, as inline SVG. */

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  hash: "M9 4 7 20 M17 4l-2 16 M4 9h16 M3.5 15h16",
  at: "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0Zm0 0v1.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-3.6 7.2",
  send: "M4 4.5 20.5 12 4 19.5 6.5 12 4 4.5Z M6.5 12H13",
  menu: "M4 6.5h16 M4 12h16 M4 17.5h16",
  close: "M6 6l12 12 M18 6 6 18",
  down: "M6 9.5 12 15.5 18 9.5",
  reply: "M4 20v-4a7 7 0 0 1 7-7h9 M15.5 4 20.5 9l-5 5",
  command: "M4 20v-4a7 7 0 0 1 7-7h3 M17.5 5.5l-3.5 8",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z M15 12a3 3 0 1 1-6 0 3 3 0 0 1 6 0Z",
  download: "M12 4v11 M7 10.5l5 5 5-5 M5 20h14",
  file: "M6.5 3h7.5l4.5 4.5V21h-12V3Z M13.5 3v5h5",
  warning: "M12 4 2.8 20h18.4L12 4Z M12 10v4.5 M12 17.3v.2",
  link: "M9.5 5.5H5.5v13h13v-4 M13 5h6v6 M19 5l-8.5 8.5",
  more: "M5 12h.01 M12 12h.01 M19 12h.01",
  check: "M5 12.5 10 17.5 19.5 7",
};

export function icon(name, size = 20) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("width", size);
  svg.setAttribute("height", size);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** The zoetrope: a drum with slits, through which still pictures seem to move. */
export function drum(size = 24) {
  const image = document.createElement("img");
  image.src = "/page/drum.svg";
  image.width = image.height = size;
  image.alt = "";
  return image;
}
