/* -- saving -------------------------------------------------------------- */

/** A name for a file that says what is in it. */
const fileName = (kind) => `aiweb-${[state.view, world(), state.preset].join("-")}.${kind}`;

const download = (kind, type, content) => {
  const url = URL.createObjectURL(new Blob([content], { type }));
  make("a", { href: url, download: fileName(kind) }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
  say(t("save.saved", { name: fileName(kind) }));
};

const linked = () => location.href.split("#")[0] + address(true);

/** Where this view is found; a page that was sent as a file has no address but the file's name. */
const whereabouts = () => (/^https?:/.test(location.protocol) ? linked() : location.pathname.split("/").pop());

let fading = 0;

/** Say something so that it is also seen, for a few seconds. */
const flash = (text) => {
  say(text);
  at("live").className = "toast";
  clearTimeout(fading);
  fading = setTimeout(() => (at("live").className = "quiet"), 3000);
};

const lineage = () => `${t("title")} · ${ruleText()} · ${t("registry", { digest: data.digest, date: day(data.asOf) })}`;

/** What the view shows, for a spreadsheet: a text that it would take for a formula is kept from being one. */
const asCsv = ({ columns, rows }) => {
  const cell = (value) => {
    if (typeof value === "number") return String(value);
    const text = String(value ?? "").replace(/^(?=[\t\r=+\-@＝＋－＠])/, "'");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `\ufeff${[columns, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`;
};

const asJson = ({ columns, rows }) =>
  JSON.stringify(
    {
      title: t("title"),
      registry: data.digest,
      registry_as_of: data.asOf,
      as_of: today(),
      convention: state.preset,
      consideration: state.consideration,
      what_if: state.whatif || null,
      without: [...state.off].map((name) => name.slice(name.indexOf(":") + 1)).sort(),
      view: state.view,
      address: address(),
      columns,
      rows,
    },
    null,
    1,
  );

const KEPT_STYLES = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "stroke-opacity", "opacity", "color", "font-family", "font-size", "font-weight", "text-anchor", "dominant-baseline", "paint-order", "visibility"];

/** A drawing of the page that looks the same without the page: its styles are written into it. */
const alone = (svg) => {
  const copy = svg.cloneNode(true);
  const [own, made] = [[svg, ...svg.querySelectorAll("*")], [copy, ...copy.querySelectorAll("*")]];
  own.forEach((node, place) => {
    const style = getComputedStyle(node);
    const twin = made[place];
    if (style.display === "none") return twin.remove();
    for (const name of KEPT_STYLES) twin.setAttribute(name, style.getPropertyValue(name));
    for (const { name } of [...twin.attributes]) if (/^(class|style|role|tabindex|aria-.*|data-.*)$/.test(name)) twin.removeAttribute(name);
    return null;
  });
  return copy;
};

const inkText = (x, y, text, more = {}) => drawing("text", { x, y, fill: colours.ink, "font-family": colours.sans, "font-size": 12, ...more }, text);

/** Put drawings on a ground, with the line beneath that says what counts. */
const grounded = (wide, tall, ...parts) =>
  drawing(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${wide} ${tall + 34}`, width: wide, height: tall + 34 },
    drawing("title", {}, lineage()),
    drawing("rect", { width: wide, height: tall + 34, fill: colours.card }),
    ...parts,
    drawing("rect", { y: tall, width: wide, height: 34, fill: colours.card }),
    inkText(12, tall + 21, lineage(), { "font-size": Math.max(7, Math.min(12, (1.75 * wide) / lineage().length)) }),
  );

/** The keys of a row of a legend beside each other, as many lines as that takes. */
const keyed = (items, wide, top) => {
  let [x, y] = [12, top];
  const parts = items.flatMap(({ text, colour, dashes = "none", thick = 4, over, pale }) => {
    const long = 34 + [...text].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 12 : 6.6), 12);
    if (x + long > wide) [x, y] = [12, y + 18];
    const line = (stroke, dash) => drawing("path", { d: `M${x} ${y}h24`, stroke, "stroke-width": thick, "stroke-dasharray": dash, opacity: pale ? 0.4 : 1, fill: "none" });
    const row = [line(colour, dashes), ...(over ? [line(over, "6 6")] : []), inkText(x + 30, y + 4, text, { "font-size": 11.5 })];
    x += long;
    return row;
  });
  return { parts, bottom: y + 12 };
};

/** The graph as it stands on the screen, drawn anew from the same places, arrows, names and amounts. */
const graphDrawing = () => {
  const { clientWidth: wide, clientHeight: tall } = at("graph");
  const scale = network.getScale();
  const spotOf = (x, y) => network.canvasToDOM({ x, y });
  const number = (value) => value.toFixed(1);
  const bands = picture.bands.map(({ left, right }) => {
    const [a, b] = upright ? [spotOf(-10, left), spotOf(deep * stretch + 10, right)] : [spotOf(left, -26), spotOf(right, deep + 14)];
    return drawing("rect", { x: number(a.x), y: number(a.y), width: number(b.x - a.x), height: number(b.y - a.y), fill: colours.band });
  });
  const arrowOf = (one) => {
    const { from, to, edgeType } = network.body.edges[one.id];
    const via = edgeType.getViaNode();
    const cut = (node, more) => {
      const part = (node.options.size + more) / (Math.hypot(node.x - via.x, node.y - via.y) || 1);
      return spotOf(node.x - (node.x - via.x) * part, node.y - (node.y - via.y) * part);
    };
    const head = (9 + 2.2 * one.thick) * Math.max(0.5, scale);
    const [start, end, tip, mid] = [cut(from, 2), cut(to, 3 + head / scale / 1.4), cut(to, 3), spotOf(via.x, via.y)];
    const turn = Math.atan2(tip.y - mid.y, tip.x - mid.x);
    const wing = (side) => `${number(tip.x - head * Math.cos(turn + side * 0.42))} ${number(tip.y - head * Math.sin(turn + side * 0.42))}`;
    const { dashes } = edges.get(one.id);
    const line = { d: `M${number(start.x)} ${number(start.y)}Q${number(mid.x)} ${number(mid.y)} ${number(end.x)} ${number(end.y)}`, fill: "none", "stroke-width": number(Math.max(0.7, one.thick * scale)) };
    return drawing(
      "g",
      { opacity: one.opacity, "data-pair": one.pair },
      drawing("path", { ...line, stroke: one.colour, "stroke-dasharray": dashes ? dashes.map((step) => number(step * scale)).join(" ") : "none" }),
      ...(one.kinds.length > 1 && one.counted.length ? [drawing("path", { ...line, stroke: colours[one.kinds[1]], "stroke-dasharray": `${number(9 * scale)} ${number(13 * scale)}` })] : []),
      drawing("path", { d: `M${number(tip.x)} ${number(tip.y)}L${wing(1)}L${wing(-1)}z`, fill: one.colour }),
    );
  };
  const nodeParts = nodes.get().map(({ id, shape, size, color, opacity, shapeProperties }) => {
    const { x, y } = spotOf(network.body.nodes[id].x, network.body.nodes[id].y);
    const times = (size * scale) / 6;
    const set = { d: SHAPES[shape], fill: color.background, stroke: color.border, opacity, "stroke-width": 1.5, "vector-effect": "non-scaling-stroke", transform: `translate(${number(x)} ${number(y)}) scale(${times.toFixed(3)}) translate(-8 -8)` };
    return drawing("path", { ...set, "stroke-dasharray": shapeProperties?.borderDashes ? "3 3" : "none" }, drawing("title", {}, partyName(id)));
  });
  const names = labels.flatMap(({ rows, cx, top, size, font }) =>
    rows.map((row, line) => inkText(number(cx), number(top + size * 0.85 + line * (size + 1.5)), row, { "font-size": size, "font-weight": font.split(" ")[0], "text-anchor": "middle", stroke: colours.card, "stroke-width": 3, "paint-order": "stroke" })),
  );
  const tags = texts.flatMap(({ id, text, left, right, top, bottom, cx, cy }) => {
    if (!text) return [inkText(number(left), number(top + 11), t(id.replace("/", ".")), { "font-size": 11.5, "font-weight": 600, fill: colours.muted })];
    const border = bundles.find((one) => one.id === id).colour;
    return [drawing("rect", { x: number(left), y: number(top), width: number(right - left), height: number(bottom - top), rx: 4, fill: colours.card, stroke: border }), inkText(number(cx), number(cy + 4), text, { "font-size": 11.5, "font-weight": 600, "text-anchor": "middle" })];
  });
  const flows = [...new Set(data.legs.map((leg) => leg.instrument))].filter((name) => !data.still.includes(name));
  const { parts, bottom } = keyed(
    [
      ...data.instruments.filter((name) => flows.includes(name)).map((name) => ({ text: t(`instrument.${name}`), colour: colours[name] })),
      { text: t("line.unsigned"), colour: colours.ink, dashes: "6 3", thick: 2.5 },
      { text: t("line.undisclosed"), colour: colours.ink, dashes: "1.5 3", thick: 1.5 },
      { text: t("line.mixed"), colour: colours.purchase, over: colours.equity },
    ],
    wide,
    tall + 14,
  );
  const strip = drawing("rect", { y: tall, width: wide, height: bottom - tall, fill: colours.card });
  const lines = bundles.filter((one) => network.body.edges[one.id]?.connected).map(arrowOf);
  return grounded(wide, bottom, ...bands, ...lines, ...nodeParts, ...names, ...tags, strip, ...parts);
};

/** The drawings of a view beneath each other, with their headings and what their colours mean. */
const viewDrawing = () => {
  const found = [...at(`view-${state.view}`).querySelectorAll("svg.chart")].filter((svg) => svg.getBoundingClientRect().width);
  if (!found.length) return null;
  const boxes = found.map((svg) => svg.getBoundingClientRect());
  const wide = Math.ceil(Math.max(360, ...boxes.map((box) => box.width)) + 24);
  let y = 8;
  const parts = found.flatMap((svg, place) => {
    const figure = svg.closest(".figure");
    const made = [];
    if (figure) {
      // A loop's heading on the page is its amount; alone, the drawing says whose loop it is.
      const head = state.view === "loops" ? svg.getAttribute("aria-label") : figure.querySelector("h3").textContent;
      made.push(inkText(12, y + 16, head, { "font-size": Math.max(7, Math.min(15, (14 * (wide - 24)) / pixels(head) / 1.3)).toFixed(1), "font-weight": 700 }));
      const items = [...figure.querySelectorAll(".legend li")].map((item) => {
        const sign = item.querySelector("i");
        return { text: item.textContent, colour: getComputedStyle(sign || item).color, pale: sign?.className === "light", dashes: /hatch|dash/.test(sign?.className) ? "3 3" : "none" };
      });
      const key = keyed(items, wide, y + 36);
      if (items.length) made.push(...key.parts);
      y = items.length ? key.bottom + 4 : y + 28;
    }
    const copy = alone(svg);
    for (const [name, value] of Object.entries({ x: 12, y, width: boxes[place].width, height: boxes[place].height })) copy.setAttribute(name, value);
    y += Math.ceil(boxes[place].height) + 14;
    return [...made, copy];
  });
  return grounded(wide, y, ...parts);
};

const drawn2d = () => (state.view === "graph" ? graphDrawing() : viewDrawing());
const asSvg = (svg) => new XMLSerializer().serializeToString(svg);

/** A drawing as a picture, twice as fine as the screen shows it. */
const asPng = async (svg) => {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(asSvg(svg))}`;
  await image.decode();
  const copy = make("canvas", { width: 2 * svg.width.baseVal.value, height: 2 * svg.height.baseVal.value });
  copy.getContext("2d").drawImage(image, 0, 0, copy.width, copy.height);
  return new Promise((done) => copy.toBlob(done));
};

const shownRows = () => VIEWS[state.view].rows();

/** What can be taken away, by name; a view without a drawing has no picture. */
const SAVES = {
  link: async () => {
    await copy(linked());
    flash(t("save.linked"));
  },
  png: async () => download("png", "image/png", await asPng(drawn2d())),
  svg: () => download("svg", "image/svg+xml", `<?xml version="1.0" encoding="UTF-8"?>\n${asSvg(drawn2d())}\n`),
  csv: () => download("csv", "text/csv", asCsv(shownRows())),
  json: () => download("json", "application/json", asJson(shownRows())),
  cite: () => {
    const text = t("cite.text", { title: t("title"), digest: data.digest, date: day(data.asOf), rule: ruleText(), address: whereabouts(), licence: t("licence") });
    explain({ title: t("save.cite"), says: t("cite.says"), rule: false, more: copied(text) });
  },
};

const saver = make("button", { type: "button", id: "to-save", "aria-haspopup": "menu", "aria-expanded": "false", "data-t": "save", onclick: () => openMenu(menu.hidden) }, t("save"));
const menu = make("ul", { role: "menu", id: "save-menu", "data-label": "save", hidden: true });
at("save").append(saver, menu);

const openMenu = (open) => {
  saver.setAttribute("aria-expanded", String(open));
  menu.hidden = !open;
  if (!open) return;
  const bare = state.view !== "graph" && !at(`view-${state.view}`).querySelector("svg.chart");
  menu.replaceChildren(
    ...Object.entries(SAVES).map(([name, act]) => {
      const off = bare && (name === "png" || name === "svg");
      const chosen = () => {
        if (off) return say(t("save.none"));
        openMenu(false);
        saver.focus();
        return act();
      };
      return make("li", { role: "none" }, make("button", { type: "button", role: "menuitem", tabindex: "-1", "data-save": name, "aria-disabled": off && "true", title: off && t("save.none"), onclick: chosen }, t(`save.${name}`)));
    }),
  );
  menu.querySelector("button").focus();
};

at("save").addEventListener("keydown", (event) => {
  const items = [...menu.querySelectorAll("button")];
  const here = items.indexOf(document.activeElement);
  const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    event.stopPropagation();
    if (menu.hidden) openMenu(true);
    else items.at(to % items.length).focus();
  } else if (event.key === "Escape" && !menu.hidden) {
    event.stopPropagation();
    openMenu(false);
    saver.focus();
  } else if (event.key === "Tab") openMenu(false);
});
document.addEventListener("pointerdown", ({ target }) => menu.hidden || at("save").contains(target) || openMenu(false));
