/* -- the picture --------------------------------------------------------- */

const probe = make("span", { hidden: true });
document.body.append(probe);
let colours = {};

/** Read the colours by name from the style sheet, as they are under the present theme. */
const readColours = () => {
  const names = ["paper", "card", "band", "ink", "muted", "line", "strong", "accent", ...data.kinds, ...data.instruments];
  colours = Object.fromEntries(
    names.map((name) => {
      probe.style.color = `var(--${name})`;
      return [name, getComputedStyle(probe).color];
    }),
  );
  colours.sans = getComputedStyle(document.body).fontFamily;
};

const nodes = new vis.DataSet(allNodes.map(({ label, ...node }) => node));
const edges = new vis.DataSet(allEdges.map(({ smooth, ...edge }) => ({ ...edge, smooth: { ...smooth } })));
let network = null;
let picture = null;
const reach = new Map();
let upright = null;
let unit = 1;
let stretch = 1;
let labels = [];
let shown = new Set();
let spot = null;

const width = (number) => 0.9 + 0.42 * Math.sqrt(high(number) / 1e9);
const widest = (id) => {
  let most = 0;
  for (const row of Object.values(data.snapshots)) {
    const totals = row.totals.find(([name]) => name === id)?.slice(1);
    if (totals) most = Math.max(most, high(totals[0]) + high(totals[1]));
  }
  return most;
};
for (const id of nodes.getIds()) reach.set(id, Math.min(27, 6 + 0.72 * Math.sqrt(widest(id) / 1e9)));

/** How large a party is drawn: on a small screen less small than the picture as a whole. */
const radius = (id) => Math.min(44, reach.get(id) * unit);

const dash = (leg) => {
  if (isOpen(worth(leg))) return [1, 4];
  return SIGNED.has(now.states[leg].status) || now.counted.has(leg) && state.preset === "paid" ? false : [7, 5];
};

/** Bring the picture in line with the state: what is drawn, how, and what stands out. */
const draw = () => {
  spot = focus();
  const all = data.legs.map((_, leg) => leg);
  const inView = ({ payer, payee }) => !now.core || state.scope === "all" || [payer, payee].every((id) => now.core.has(id) || spot?.parties.has(id));
  const visible = all.filter((leg) => spot?.legs.has(leg) || (drawn(leg) && inView(data.legs[leg])));
  shown = new Set(visible.flatMap((leg) => [data.legs[leg].payer, data.legs[leg].payee]));
  const drawnLegs = new Set(visible);
  edges.update(
    data.legs.map((leg, number) => {
      if (!drawnLegs.has(number) || !now.states[number].status) return { id: number, hidden: true };
      const counts = now.counted.has(number);
      const amount = worth(number);
      const inFocus = !spot || spot.legs.has(number);
      const open = isOpen(amount);
      const thick = unit * (counts && !open ? width(amount) : 1.2);
      return {
        id: number,
        hidden: false,
        width: thick,
        dashes: counts ? dash(number) : [2, 5],
        color: {
          color: counts ? colours[leg.instrument] : colours.strong,
          hover: counts ? colours[leg.instrument] : colours.strong,
          highlight: counts ? colours[leg.instrument] : colours.strong,
          opacity: inFocus ? (spot ? 0.95 : 0.72) : 0.08,
        },
        arrows: { to: { enabled: true, scaleFactor: Math.max(0.3, 0.62 * Math.sqrt(unit) - thick * 0.02) } },
      };
    }),
  );
  nodes.update(
    nodes.getIds().map((id) => {
      const party = parties.get(id);
      const colour = colours[party.kind];
      const chosen = state.chosen?.party === id;
      return {
        id,
        hidden: !shown.has(id) && !spot?.parties.has(id),
        size: radius(id),
        opacity: !spot || spot.parties.has(id) ? 1 : 0.22,
        borderWidth: chosen ? 4 : party.outside ? 2 : 1.5,
        shapeProperties: { borderDashes: party.outside ? [3, 3] : false },
        color: {
          background: party.outside ? colours.card : colour,
          border: chosen ? colours.accent : party.outside ? colour : colours.card,
          hover: { background: party.outside ? colours.card : colour, border: colours.accent },
          highlight: { background: party.outside ? colours.card : colour, border: colours.accent },
        },
      };
    }),
  );
  at("notice").hidden = visible.length > 0;
  at("notice").textContent = visible.length ? "" : t("graph.empty");
  showScope(drawnLegs);
  network?.redraw();
};

/** Say how many of the parties of this view are in the picture, with how much of its money, and offer the others. */
const showScope = (drawnLegs) => {
  const ends = (legs) => new Set(legs.flatMap((leg) => [data.legs[leg].payer, data.legs[leg].payee]));
  const known = data.legs.map((_, leg) => leg).filter((leg) => now.counted.has(leg) || (state.left && now.states[leg].status));
  const sum = (legs) => legs.reduce((seen, leg) => seen + high(worth(leg)), 0);
  const counted = [...now.counted.keys()];
  const [part, whole] = [sum(counted.filter((leg) => drawnLegs.has(leg))), sum(counted)];
  const everyone = ends([...known, ...drawnLegs]);
  // Rounded down, so that it says all only where it is all.
  const much = whole ? share.format(Math.floor((100 * part) / whole) / 100) : "";
  const values = { shown: shown.size, all: everyone.size, share: much };
  const said = t(much ? "scope.says" : "scope.says-parties", values);
  const other = state.scope === "core" ? "all" : "core";
  at("scope").hidden = !everyone.size || (shown.size === everyone.size && !(now.core && other === "core"));
  const button = at("scope").querySelector("button");
  const held = document.activeElement === button && Boolean(button);
  at("scope").title = t("scope.title");
  at("scope").replaceChildren(
    make("span", {}, said),
    now.core ? link(t(`scope.${other}`), () => rescope(other)) : "",
  );
  if (held) at("scope").querySelector("button")?.focus({ preventScroll: true });
};

const rescope = (scope) => {
  state.scope = scope;
  fit(false);
  remember();
  say(at("scope").querySelector("span").textContent);
};

/** The part of the screen that is free for the picture. */
const room = () => {
  const box = at("graph");
  const pad = upright ? { top: 108, right: 12, bottom: 46, left: 12 } : { top: 62, right: 46, bottom: 70, left: 30 };
  return { pad, wide: box.clientWidth - pad.left - pad.right, tall: box.clientHeight - pad.top - pad.bottom };
};

/** Stand the picture on end, and widen it, where the screen is higher than wide. */
const arrange = () => {
  const box = at("graph");
  const before = [upright, stretch, picture];
  picture = data.pictures[state.scope];
  upright = box.clientWidth < 0.95 * box.clientHeight || box.clientWidth < 520;
  const { wide, tall } = room();
  const spare = ((wide / tall) * picture.width) / picture.height;
  stretch = upright ? Math.min(1.8, Math.max(1, spare)) : 1;
  if (before[0] === upright && before[2] === picture && Math.abs(before[1] - stretch) < 0.02) return;
  nodes.update(
    nodes.getIds().map((id) => {
      const [x, y] = parties.get(id).spots[state.scope];
      return { id, x: upright ? y * stretch : x, y: upright ? x : y };
    }),
  );
};

/** Where to look from, and how close, so that all of it is in sight. */
const view = () => {
  const { pad, wide, tall } = room();
  const size = upright ? [picture.height * stretch, picture.width] : [picture.width, picture.height];
  const inner = upright ? 40 : 60;
  const scale = Math.min(wide / Math.max(200, size[0] - inner), tall / Math.max(200, size[1] - 40), 1.6);
  const position = {
    x: size[0] / 2 + (pad.right - pad.left) / 2 / scale,
    y: size[1] / 2 + (pad.bottom - pad.top) / 2 / scale,
  };
  return { position, scale };
};

/** Stand the picture as the screen is, and draw lines thick enough to see from there; say if that is new. */
const settleIn = () => {
  const before = [upright, unit, picture];
  arrange();
  unit = Math.min(2, Math.max(1, 0.9 / view().scale));
  return before[0] !== upright || before[2] !== picture || Math.abs(before[1] - unit) > 0.02;
};

let frame = null;

const fit = (slowly = true) => {
  // A picture that is not shown has no size; it is fitted when it comes into sight.
  if (!at("graph").clientWidth) return;
  if (settleIn()) draw();
  network.moveTo({ ...view(), animation: slowly && !calm.matches ? { duration: 250 } : false });
};

const zoom = (factor) => {
  const scale = Math.min(6, Math.max(0.15, network.getScale() * factor));
  network.moveTo({ scale, animation: calm.matches ? false : { duration: 150 } });
};

const pan = (x, y) => {
  const { x: left, y: top } = network.getViewPosition();
  const step = 60 / network.getScale();
  network.moveTo({ position: { x: left + x * step, y: top + y * step } });
};

/** Draw in screen pixels: `act` gets the context and a function from the picture's places to the screen's. */
const onScreen = (context, act) => {
  const ratio = context.canvas.width / context.canvas.clientWidth;
  context.save();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  act((x, y) => network.canvasToDOM({ x, y }));
  context.restore();
};

const drawBands = (context) => {
  context.save();
  context.fillStyle = colours.band;
  for (const { left, right } of picture.bands) {
    if (upright) context.fillRect(-10, left, picture.height * stretch + 20, right - left);
    else context.fillRect(left, -26, right - left, picture.height + 40);
  }
  context.restore();
};

const widths = new Map();
const measure = (context, text) => {
  const key = `${context.font}|${text}`;
  if (!widths.has(key)) widths.set(key, context.measureText(text).width);
  return widths.get(key);
};

const lines = (text) => {
  if (text.length < 15 || !text.includes(" ")) return [text];
  const gaps = [...text.matchAll(/ /g)].map((found) => found.index);
  const middle = gaps.reduce((a, b) => (Math.abs(b - text.length / 2) < Math.abs(a - text.length / 2) ? b : a));
  return [text.slice(0, middle), text.slice(middle + 1)];
};

const clash = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const write = (context, text, x, y, colour) => {
  context.lineWidth = 3.5;
  context.lineJoin = "round";
  context.strokeStyle = colours.card;
  context.strokeText(text, x, y);
  context.fillStyle = colour;
  context.fillText(text, x, y);
};

/** Write names at one size whatever the zoom, the weightiest first; one that finds no room waits for more zoom. */
const writeLabels = (context, toScreen, captions) => {
  const scale = network.getScale();
  const names = [...shown, ...(spot ? [...spot.parties].filter((id) => !shown.has(id) && reach.has(id)) : [])];
  const first = (id) => (spot?.parties.has(id) ? 1000 : 0) + reach.get(id);
  names.sort((a, b) => first(b) - first(a) || (a < b ? -1 : 1));
  const points = new Map(names.map((id) => [id, network.getPosition(id)]));
  const taken = names.map((id) => {
    const { x, y } = toScreen(points.get(id).x, points.get(id).y);
    const half = Math.max(4, radius(id) * scale * 0.9);
    return { id, left: x - half, right: x + half, top: y - half, bottom: y + half };
  });
  taken.push(...captions);
  const edge = context.canvas.clientWidth;
  labels = [];
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const id of names) {
    const big = reach.get(id) > 17;
    const size = big ? 13 : 11.5;
    context.font = `${big || state.chosen?.party === id ? 700 : 500} ${size}px ${colours.sans}`;
    const rows = lines(partyName(id));
    const wide = Math.max(...rows.map((row) => measure(context, row))) + 4;
    const tall = rows.length * (size + 1.5);
    const { x, y } = toScreen(points.get(id).x, points.get(id).y);
    const away = radius(id) * scale + 4;
    const spots = [
      [x, y + away],
      [x, y - away - tall],
      [x + away + wide / 2, y - tall / 2],
      [x - away - wide / 2, y - tall / 2],
    ].map(([cx, top]) => ({ id, cx, left: cx - wide / 2, right: cx + wide / 2, top, bottom: top + tall }));
    const inside = (box) => box.right < 0 || box.left > edge || (box.left >= 2 && box.right <= edge - 2);
    const free = spots.find((box) => inside(box) && !taken.some((other) => other.id !== id && clash(box, other)));
    const must = state.chosen?.party === id || (spot && state.chosen?.loop && spot.parties.has(id));
    const box = free || (must ? spots[0] : null);
    if (!box) continue;
    taken.push({ ...box, id: `${id}/label` });
    labels.push(box);
    context.globalAlpha = !spot || spot.parties.has(id) ? 1 : 0.3;
    rows.forEach((row, line) => write(context, row, box.cx, box.top + line * (size + 1.5), colours.ink));
    context.globalAlpha = 1;
  }
  return taken;
};

const writeAmounts = (context, toScreen, taken) => {
  const legs = spot ? [...spot.legs] : [...now.counted.keys()];
  const picked = legs.filter((leg) => !edges.get(leg).hidden).sort(bySize);
  picked.splice(spot ? 16 : upright ? 4 : 8);
  context.font = `600 11.5px ${colours.sans}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const leg of picked) {
    const curve = network.body.edges[leg]?.edgeType;
    if (!curve?.getPoint) continue;
    const text = money(worth(leg));
    const half = measure(context, text) / 2 + 5;
    const boxes = [0.5, 0.38, 0.62, 0.28, 0.72].map((share) => {
      const point = curve.getPoint(share);
      const { x, y } = toScreen(point.x, point.y);
      return { cx: x, cy: y, left: x - half, right: x + half, top: y - 9, bottom: y + 9 };
    });
    const box = boxes.find((one) => !taken.some((other) => clash(one, other)));
    if (!box) continue;
    taken.push(box);
    context.fillStyle = colours.card;
    context.strokeStyle = now.counted.has(leg) ? colours[data.legs[leg].instrument] : colours.strong;
    context.lineWidth = 1.2;
    context.beginPath();
    context.roundRect(box.left, box.top, 2 * half, 18, 4);
    context.fill();
    context.stroke();
    context.fillStyle = colours.ink;
    context.fillText(text, box.cx, box.cy + 0.5);
  }
};

/** Write what the bands are, and give the boxes that takes, so that no name is written over them. */
const writeBands = (context, toScreen) => {
  context.font = `600 11.5px ${colours.sans}`;
  context.fillStyle = colours.muted;
  context.textBaseline = "top";
  return picture.bands.map(({ name, left, right }) => {
    const text = t(`band.${name}`);
    const start = upright ? toScreen(-10, left) : toScreen(left, -26);
    const middle = (start.x + toScreen(right, 0).x) / 2;
    const wide = measure(context, text);
    const x = upright ? Math.max(6, start.x) : middle - wide / 2;
    const y = upright ? Math.max(78, start.y - 14) : Math.max(46, start.y - 18);
    context.textAlign = "left";
    context.fillText(text, x, y);
    return { id: `band/${name}`, left: x, right: x + wide, top: y, bottom: y + 13 };
  });
};

const drawTexts = (context) => {
  onScreen(context, (toScreen) => {
    const captions = writeBands(context, toScreen);
    writeAmounts(context, toScreen, writeLabels(context, toScreen, captions));
  });
};

const hit = (pointer) => {
  const party = network.getNodeAt(pointer);
  if (party !== undefined) return { party };
  const label = labels.find(
    ({ left, right, top, bottom }) => pointer.x > left && pointer.x < right && pointer.y > top && pointer.y < bottom,
  );
  if (label) return { party: label.id };
  const leg = network.getEdgeAt(pointer);
  return leg === undefined ? null : { deal: data.legs[leg].deal, leg };
};

const clicked = ({ pointer }) => {
  network.unselectAll();
  const found = hit(pointer.DOM);
  choose(found, { scroll: Boolean(found) });
};

const tip = at("tip");
const hideTip = () => {
  tip.hidden = true;
  frame.style.cursor = "default";
};

at("graph").addEventListener("pointermove", (event) => {
  if (event.pointerType === "touch" || event.buttons) return hideTip();
  const box = at("graph").getBoundingClientRect();
  const pointer = { x: event.clientX - box.left, y: event.clientY - box.top };
  const found = hit(pointer);
  if (!found) return hideTip();
  frame.style.cursor = "pointer";
  tip.replaceChildren(...(found.leg === undefined ? partyTip(found.party) : legTip(found.leg)));
  tip.hidden = false;
  tip.style.left = `${Math.min(pointer.x + 14, box.width - tip.offsetWidth - 6)}px`;
  tip.style.top = `${pointer.y + 16 + tip.offsetHeight > box.height ? pointer.y - tip.offsetHeight - 10 : pointer.y + 16}px`;
});
at("graph").addEventListener("pointerleave", hideTip);

const partyTip = (id) => {
  const totals = now.totals.get(id);
  const said = totals ? `${t("pays")} ${money(totals[0])} · ${t("receives")} ${money(totals[1])}` : t("nothing");
  return [make("b", {}, partyName(id)), said];
};

const legTip = (leg) => {
  const { payer, payee, instrument } = data.legs[leg];
  const kind = `${t(`instrument.${instrument}`)} · ${t(`status.${now.states[leg].status}`)}`;
  const rows = [make("b", {}, `${partyName(payer)} → ${partyName(payee)}`), `${money(worth(leg))} · ${kind}`];
  return now.counted.has(leg) ? rows : [...rows, make("br"), t("counts.no", { reason: why(leg) })];
};

let reminder = 0;
at("graph").addEventListener(
  "wheel",
  (event) => {
    if (event.ctrlKey || event.metaKey) return;
    event.stopPropagation();
    const notice = at("notice");
    if (shown.size === 0) return;
    notice.textContent = t("graph.wheel");
    notice.hidden = false;
    clearTimeout(reminder);
    reminder = setTimeout(() => (notice.hidden = true), 900);
  },
  { capture: true, passive: true },
);

const steer = (event) => {
  const act = {
    ArrowLeft: () => pan(-1, 0),
    ArrowRight: () => pan(1, 0),
    ArrowUp: () => pan(0, -1),
    ArrowDown: () => pan(0, 1),
    "+": () => zoom(1.3),
    "=": () => zoom(1.3),
    "-": () => zoom(1 / 1.3),
    0: () => fit(),
  }[event.key];
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
};

/** Save what is seen, with the convention it stands under written on it. */
const savePicture = () => {
  const source = at("graph").querySelector("canvas");
  const ratio = source.width / source.clientWidth;
  const copy = make("canvas", { width: source.width, height: source.height + 34 * ratio });
  const context = copy.getContext("2d");
  context.fillStyle = colours.card;
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(source, 0, 0);
  context.fillStyle = colours.ink;
  context.font = `${12 * ratio}px ${colours.sans}`;
  const rule = `${t("as-of")} ${day(state.date)} · ${t(`preset.${state.preset}`)} · ${t(`consideration.${state.consideration}`)}`;
  context.fillText(`${t("title")} · ${rule} · ${t("registry", { digest: data.digest, date: data.asOf })}`, 12 * ratio, copy.height - 12 * ratio);
  copy.toBlob((blob) => {
    const address = URL.createObjectURL(blob);
    make("a", { href: address, download: `aiweb-${state.date}-${state.preset}.png` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  });
};

/** Make the picture; all is settled before, so that it is drawn once. */
const startGraph = () => {
  settleIn();
  draw();
  network = new vis.Network(at("graph"), { nodes, edges }, JSON.parse(at("options").textContent));
  frame = at("graph").querySelector(".vis-network");
  frame.setAttribute("role", "application");
  frame.addEventListener("keydown", steer);
  network.on("beforeDrawing", drawBands);
  network.on("afterDrawing", drawTexts);
  network.on("click", clicked);
};

VIEWS.graph = {
  show: () => {},
  rows: () => VIEWS.table.rows(),
};
