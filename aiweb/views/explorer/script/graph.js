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

/** So many parties are shown at once, before more are asked for; so many more then; so many neighbours of one. */
const AT_ONCE = 300;
const ANOTHER = 100;
const NEAR = 60;
const LISTED_PARTIES = 60;

/* What pyvis made: the parties by rank, and an arrow for each that pays another. The picture holds those in sight. */
const drawnAs = new Map(allNodes.map(({ label, ...node }) => [node.id, node]));
const arrows = new Map(allEdges.map((edge) => [edge.id, edge]));
const ranked = [...drawnAs.keys()];
const byRank = (a, b) => parties.get(a).rank - parties.get(b).rank;
const pairOf = (leg) => `${data.legs[leg].payer}>${data.legs[leg].payee}`;
const ends = (legs) => new Set(legs.flatMap((leg) => [data.legs[leg].payer, data.legs[leg].payee]));
const legsOf = new Map(ranked.map((id) => [id, []]));
const legsBetween = new Map([...arrows.keys()].map((pair) => [pair, []]));
data.legs.forEach(({ payer, payee }, leg) => {
  legsOf.get(payer).push(leg);
  if (payee !== payer) legsOf.get(payee).push(leg);
  legsBetween.get(pairOf(leg)).push(leg);
});

const nodes = new vis.DataSet([]);
const edges = new vis.DataSet([]);
let network = null;
let picture = null;
let deep = 0;
let upright = null;
let unit = 1;
let stretch = 1;
let labels = [];
let texts = [];
let shown = new Set();
let present = new Set();
let bundles = [];
let spot = null;
let peek = null;
let picking = null;

Object.assign(state, { many: AT_ONCE, near: new Set(), pins: new Map() });
KEPT.many = { write: () => (state.many > AT_ONCE ? String(state.many) : ""), read: (text) => (state.many = Math.min(ranked.length + ANOTHER, Math.max(AT_ONCE, Math.floor(Number(text)) || 0))) };
keepSet("near", (word) => drawnAs.has(word));
KEPT.pins = {
  write: () => [...state.pins].map(([id, place]) => [id, ...place].join(":")).sort().join(","),
  read: (text) => {
    const rows = text.split(",").map((row) => row.split(":"));
    state.pins = new Map(rows.map(([id, x, y]) => [id, [Number(x), Number(y)]]).filter(([id, place]) => drawnAs.has(id) && place.every((one) => Math.abs(one) < 1e5)));
  },
};

KEPT.legend = { write: () => (at("key").open ? "open" : ""), read: (text) => (at("key").open = text === "open") };
at("key").addEventListener("toggle", () => remember());

const thickness = (value) => 0.9 + 0.42 * Math.sqrt(value / 1e9);
const width = (number) => thickness(high(number));

/** How large a party is drawn: on a small screen less small than the picture as a whole. */
const sizeOf = (id) => drawnAs.get(id).size;
const radius = (id) => Math.min(44, sizeOf(id) * unit);

/** Who a party pays or is paid by, in what the filters leave, by rank. */
const neighbours = (id) => [...ends(legsOf.get(id).filter(drawn))].filter((other) => other !== id).sort(byRank);

/** Whom the picture shows by itself: the core, or the first by rank. */
const byItself = () => (state.scope === "core" && now.core) || new Set(ranked.slice(0, state.many));

/** Which parties may be in the picture: those, whom the reader brought in, and what stands out. */
const inPicture = () => {
  const ids = new Set(byItself());
  for (const id of state.near) [id, ...neighbours(id).slice(0, NEAR)].forEach((each) => ids.add(each));
  if (spot) [...spot.parties].filter((id) => drawnAs.has(id)).sort(byRank).slice(0, ANOTHER).forEach((id) => ids.add(id));
  if (drawnAs.has(state.chosen?.party)) ids.add(state.chosen.party);
  return ids;
};

/** Put legs that one party pays another into one arrow; what is opened is an arrow a leg, and what stands out is apart. */
const bundled = (legs) => {
  const found = new Map();
  for (const leg of legs) {
    const { payer, payee } = data.legs[leg];
    const lit = !spot || spot.legs.has(leg);
    const pair = pairOf(leg);
    const open = lit && (state.chosen?.pair === pair || Boolean(state.chosen?.deal));
    const id = `${pair}${open ? `#${leg}` : lit ? "" : "~"}`;
    if (!found.has(id)) found.set(id, { id, pair, from: payer, to: payee, lit, open, legs: [] });
    found.get(id).legs.push(leg);
  }
  const beside = new Map();
  for (const one of found.values()) {
    one.counted = one.legs.filter((leg) => now.counted.has(leg));
    const weigh = one.counted.length ? one.counted : one.legs;
    one.amount = summed(weigh.map(worth));
    const much = new Map();
    for (const leg of weigh) much.set(data.legs[leg].instrument, (much.get(data.legs[leg].instrument) || 0) + high(worth(leg)));
    one.kinds = [...much].sort((a, b) => b[1] - a[1] || data.instruments.indexOf(a[0]) - data.instruments.indexOf(b[0])).map(([kind]) => kind);
    one.unknown = isUnknown(one.amount);
    const part = (test) => weigh.filter(test).reduce((sum, leg) => sum + high(worth(leg)) + 1, 0);
    one.signed = 2 * part((leg) => SIGNED.has(now.states[leg].status) || state.preset === "paid") >= part(() => true);
    one.thick = unit * Math.max(one.counted.length && !one.unknown ? thickness(one.amount.high) : 1.2, one.kinds.length > 1 && one.counted.length ? 3 : 0);
    one.place = beside.get(one.pair) || 0;
    beside.set(one.pair, one.place + (one.open ? 1 : 0));
  }
  for (const one of found.values()) {
    one.bend = one.open ? 0.1 + one.place * Math.min(0.13, 0.5 / beside.get(one.pair)) : one.lit ? 0.14 : 0.07;
  }
  return [...found.values()];
};

const edgeOf = (one) => {
  const counts = one.counted.length > 0;
  const colour = counts ? colours[one.kinds[0]] : colours.strong;
  one.colour = colour;
  // The more there are, the more each lets through of the others.
  one.opacity = one.lit ? (spot ? 0.95 : bundles.length > 400 ? 0.5 : 0.75) : 0.08;
  return {
    ...arrows.get(one.pair),
    id: one.id,
    legs: one.legs,
    width: one.thick,
    dashes: counts ? (one.unknown ? [1, 4] : one.signed ? false : [7, 5]) : [2, 5],
    smooth: { enabled: true, type: "curvedCW", roundness: one.bend },
    color: { color: colour, hover: colour, highlight: colour, opacity: one.opacity },
    arrows: { to: { enabled: true, scaleFactor: Math.max(0.3, 0.62 * Math.sqrt(unit) - one.thick * 0.02) } },
  };
};

/** Where a party stands: where the reader put it, else where the layout did. */
const standing = (id) => {
  const [x, y] = state.pins.get(id) || parties.get(id).spots[state.scope];
  return upright ? { x: y * stretch, y: x } : { x, y };
};

const nodeOf = (id) => {
  const party = parties.get(id);
  const colour = colours[party.kind];
  const chosen = state.chosen?.party === id;
  const set = { background: party.outside ? colours.card : colour, border: chosen ? colours.accent : party.outside ? colour : colours.card };
  return {
    ...drawnAs.get(id),
    ...standing(id),
    size: radius(id),
    opacity: !spot || spot.parties.has(id) ? 1 : 0.22,
    borderWidth: chosen ? 4 : party.outside ? 2 : 1.5,
    shapeProperties: { borderDashes: party.outside ? [3, 3] : false },
    color: { ...set, hover: set, highlight: set },
  };
};

/** Bring the picture in line with the state: what is drawn, how, and what stands out. */
const draw = () => {
  spot = focus();
  const ids = inPicture();
  const visible = data.legs.map((_, leg) => leg).filter((leg) => ids.has(data.legs[leg].payer) && ids.has(data.legs[leg].payee) && now.states[leg].status && (spot?.legs.has(leg) || drawn(leg)));
  shown = ends(visible);
  present = new Set([...shown, ...(spot ? [...spot.parties].filter((id) => ids.has(id)) : [])]);
  if (!present.has(peek)) peek = null;
  still = sheet = null;
  bundles = bundled(visible);
  const wanted = new Set(bundles.map(({ id }) => id));
  nodes.update([...present].map(nodeOf));
  edges.remove(edges.getIds().filter((id) => !wanted.has(id)));
  edges.update(bundles.map(edgeOf));
  nodes.remove(nodes.getIds().filter((id) => !present.has(id)));
  at("notice").hidden = visible.length > 0;
  at("notice").textContent = visible.length ? "" : t("graph.empty");
  showScope(new Set(visible));
  showDoing();
  showCrowd();
  network?.redraw();
};

/** Put buttons or words into a box; the keyboard stays on the button it was on. */
const refill = (box, ...children) => {
  const held = box.contains(document.activeElement) ? document.activeElement.dataset.act : undefined;
  box.replaceChildren(...children.flat().filter(Boolean));
  if (held) (box.querySelector(`[data-act="${CSS.escape(held)}"]`) || box.querySelector("button"))?.focus({ preventScroll: true });
};

/** Say how many of the parties of this view are in the picture, with how much of its money, and offer the others. */
const showScope = (drawnLegs) => {
  const known = data.legs.map((_, leg) => leg).filter((leg) => now.counted.has(leg) || (state.left && now.states[leg].status));
  const sum = (legs) => legs.reduce((seen, leg) => seen + high(worth(leg)), 0);
  const counted = [...now.counted.keys()];
  const [part, whole] = [sum(counted.filter((leg) => drawnLegs.has(leg))), sum(counted)];
  const everyone = ends([...known, ...drawnLegs]);
  // Rounded down, so that it says all only where it is all.
  const much = whole ? share.format(Math.floor((100 * part) / whole) / 100) : "";
  const values = { shown: present.size, all: everyone.size, share: much };
  const core = state.scope === "core";
  const rest = core ? 0 : Math.min(ANOTHER, ranked.length - state.many);
  const first = everyone.size > AT_ONCE ? t("scope.many", { count: AT_ONCE }) : t("scope.all");
  const button = (act, text, to) => link(text, () => rescope(...to), { "data-act": act });
  at("scope").hidden = !everyone.size || (present.size === everyone.size && !(now.core && !core));
  at("scope").title = t("scope.title");
  refill(
    at("scope"),
    make("span", {}, t(much ? "scope.says" : "scope.says-parties", values)),
    now.core ? button("scope", core ? first : t("scope.core"), core ? ["all"] : ["core"]) : "",
    rest > 0 && present.size < everyone.size ? button("more", t("scope.more", { count: rest }), ["all", state.many + ANOTHER]) : "",
  );
};

const rescope = (scope, many = AT_ONCE) => {
  if (state.scope !== scope) state.pins.clear();
  Object.assign(state, { scope, many });
  settleIn();
  draw();
  fit(false);
  remember(true);
  say(at("scope").querySelector("span").textContent);
};

/* -- bringing in, putting back, finding a way ------------------------------ */

/** Bring the neighbours of a party into the picture, or let them go again. */
const expand = (id) => {
  if (!state.near.delete(id)) state.near.add(id);
  draw();
  remember(true);
  say(at("scope").hidden ? "" : at("scope").querySelector("span").textContent);
};

/** From here on, the next party that is chosen is where the money is to arrive. */
const pick = (id) => {
  picking = id;
  showDoing();
  if (id) {
    at("search").focus();
    say(t("path.pick", { name: partyName(id) }));
  }
};

/** What is chosen: a party, or the paths to it from the one picked before. */
const routed = (what) => {
  const from = picking;
  picking = null;
  return from && what?.party && what.party !== from ? { path: `${from}>${what.party}` } : what;
};

/** What can be done with what is chosen, beside the picture's own buttons. */
const showDoing = () => {
  const id = state.chosen?.party;
  const act = (name, text, what) => link(text, what, { "data-act": name });
  const rows = [];
  if (picking) rows.push(make("span", {}, t("path.pick", { name: partyName(picking) })), act("stop", t("path.stop"), () => pick(null)));
  else if (drawnAs.has(id)) {
    const near = state.near.has(id);
    const others = neighbours(id).slice(0, NEAR);
    if (near || [id, ...others].some((one) => !byItself().has(one))) rows.push(act("near", near ? t("near.out") : t("near.in", { count: others.length }), () => expand(id)));
    rows.push(act("path", t("path.from"), () => pick(id)));
  } else if (state.near.size) rows.push(act("near", t("near.none"), () => {
    state.near.clear();
    draw();
    remember(true);
  }));
  if (state.pins.size) rows.push(act("pins", t("pins.back", { count: state.pins.size }), () => {
    state.pins.clear();
    draw();
    remember(true);
  }));
  at("doing").hidden = !rows.length;
  refill(at("doing"), rows);
};

/** The widest paths of money between two parties, as `aiweb path` finds them: strict order of hops, narrowest hop last.
    Going through the hops from the largest, each closes the paths in which it is the narrowest. */
const widestPaths = (from, to, top = 10, longest = 4) => {
  const known = ({ amount }) => !data.money[amount].undisclosed;
  const lets = (id, end) => id === end || !parties.get(id).outside;
  const size = (hop) => (known(hop) ? high(hop.amount) : Infinity);
  const order = now.snapshot.hops
    .map((number) => data.hops[number])
    .filter((hop) => (high(hop.amount) > 0 || !known(hop)) && lets(hop.from, from) && lets(hop.to, to) && hop.from !== hop.to)
    .map((hop, index) => ({ hop, index }))
    .sort((a, b) => (size(b.hop) > size(a.hop)) - (size(b.hop) < size(a.hop)) || (a.hop.from > b.hop.from) - (a.hop.from < b.hop.from) || (a.hop.to > b.hop.to) - (a.hop.to < b.hop.to) || a.index - b.index)
    .map(({ hop }) => hop);
  const far = (start, near, next) => {
    const steps = new Map([[start, 0]]);
    const ways = new Map();
    for (const hop of order) ways.set(hop[near], [...(ways.get(hop[near]) || []), hop[next]]);
    let edge = [start];
    for (let step = 1; step <= longest && edge.length; step += 1) {
      edge = edge.flatMap((id) => ways.get(id) || []).filter((id) => !steps.has(id) && steps.set(id, step));
    }
    return (id) => steps.get(id) ?? Infinity;
  };
  const [after, before] = from === to ? [() => Infinity, () => Infinity] : [far(from, "from", "to"), far(to, "to", "from")];
  const leaving = new Map();
  const found = [];
  /** Every way on from a party to another, in order, that touches none of those seen. */
  const walk = (id, end, seen, left, act) => {
    if (id === end) return act([]);
    for (const hop of leaving.get(id) || []) {
      if (found.length > top) return undefined;
      if (left < 1 || (hop.to !== end && seen.has(hop.to))) continue;
      seen.add(hop.to);
      walk(hop.to, end, seen, left - 1, (rest) => act([hop, ...rest]));
      if (hop.to !== end) seen.delete(hop.to);
    }
    return undefined;
  };
  for (const hop of order) {
    if (found.length > top) break;
    if (hop.from === to || hop.to === from || after(hop.from) + 1 + before(hop.to) > longest) continue;
    const seen = new Set([hop.from, hop.to, from, to]);
    walk(hop.to, to, seen, longest - 1, (tail) => {
      walk(from, hop.from, new Set([...seen, ...tail.map((one) => one.to)]), longest - 1 - tail.length, (head) => found.push([...head, hop, ...tail]));
    });
    leaving.set(hop.from, [...(leaving.get(hop.from) || []), hop]);
  }
  return { more: found.length > top, paths: found.slice(0, top).map((hops) => ({ hops, ...narrowest(hops.map((hop) => data.money[hop.amount])) })) };
};

/** What can pass through amounts in turn: a range, or a limit where one is undisclosed. */
const narrowest = (amounts) => {
  const known = amounts.filter((amount) => !amount.undisclosed);
  const low = Math.min(...amounts.map((amount) => amount.low));
  if (known.length < amounts.length) {
    const limits = known.filter((amount) => !amount.unbounded).map((amount) => amount.high);
    return { most: limits.length ? Math.min(...limits) : undefined };
  }
  const upper = Math.min(...known.map((amount) => amount.high));
  const loosest = amounts.filter((amount) => amount.low === low && low < upper);
  const unbounded = known.filter((amount) => amount.high === upper).every((amount) => amount.unbounded);
  return { amount: { low: Math.min(low, upper), high: upper, undisclosed: 0, ceilings: Number(loosest.some((amount) => amount.ceilings)), unbounded } };
};

const pathAmount = ({ amount, most }) => {
  if (amount) return written(amount);
  return most === undefined ? t("loops.unknown") : t("loops.at-most", { amount: written({ low: most, high: most }) });
};

/** The ends of the chosen paths, and which of them, if one, is meant. */
const routeOf = (text) => {
  const [pair, step] = text.split("/");
  const [from, to, ...rest] = pair.split(">");
  return drawnAs.has(from) && drawnAs.has(to) && !rest.length ? { from, to, pair, step: step === undefined ? -1 : Number(step) } : null;
};

/** The two ends of a pair or path, by name. */
const pairEnds = (text) => {
  const { from, to } = routeOf(text);
  return { from: partyName(from), to: partyName(to) };
};

let routes = { key: "", found: null };
const chosenPaths = () => {
  const { from, to, pair, step } = routeOf(state.chosen.path);
  const key = `${pair}|${state.preset}|${state.consideration}`;
  if (routes.key !== key || routes.snapshot !== now.snapshot) routes = { key, snapshot: now.snapshot, found: widestPaths(from, to) };
  const { paths, more } = routes.found;
  return { from, to, pair, step, paths, more, lit: step in paths ? [paths[step]] : paths };
};

/** The panel of the paths from one party to another. */
const pathDetails = () => {
  const { from, to, pair, step, paths, more } = chosenPaths();
  return [
    back(),
    make("h2", {}, t("path.title", { from: partyName(from), to: partyName(to) })),
    make("p", { class: "soft" }, t("path.says")),
    paths.length
      ? list(paths.map((path, place) => row({
          what: make("span", { class: "chain" }, [from, ...path.hops.map((hop) => hop.to)].flatMap((id, place) => [place ? make("i", { "aria-hidden": "true" }, "→") : "", make("span", {}, partyName(id))])),
          much: pathAmount(path),
          note: path.hops.map((hop) => money(hop.amount)).join(" → "),
          act: () => choose({ path: step === place ? pair : `${pair}/${place}` }),
          pressed: step === place,
        })))
      : make("p", {}, t("path.none")),
    more ? make("p", { class: "soft" }, t("path.more", { count: paths.length })) : "",
    make("p", {}, link(t("path.turn"), () => choose({ path: `${to}>${from}` }))),
  ];
};

/* -- where to look from ----------------------------------------------------- */

/** The part of the screen that is free for the picture. */
const room = () => {
  const box = at("graph");
  const strip = at("strip").offsetHeight;
  const top = at("scope").offsetTop + at("scope").offsetHeight + 20;
  const pad = upright ? { top: Math.max(108, top), right: 12, bottom: 58, left: 12 } : { top: Math.max(62, top), right: 20, bottom: 44 + Math.max(40, strip), left: 20 };
  return { pad, wide: box.clientWidth - pad.left - pad.right, tall: box.clientHeight - pad.top - pad.bottom };
};

/** Stand the picture on end, and widen it, where the screen is higher than wide; say if that is new. */
const settleIn = () => {
  const box = at("graph");
  const before = [upright, stretch, picture, deep, unit];
  picture = data.pictures[state.scope];
  const rows = state.scope === "all" && ranked.length > AT_ONCE ? ranked.slice(0, state.many).map((id) => parties.get(id).spots.all[1] + 48) : [];
  deep = Math.max(picture.height, ...rows);
  upright = box.clientWidth < 0.95 * box.clientHeight || box.clientWidth < 520;
  const { wide, tall } = room();
  const spare = ((wide / tall) * picture.width) / deep;
  stretch = upright ? Math.min(1.8, Math.max(1, spare)) : 1;
  unit = Math.min(2, Math.max(1, 0.9 / view().scale));
  return [upright, stretch, picture, deep, unit].some((value, place) => (typeof value === "number" ? Math.abs(value - before[place]) > 0.02 : value !== before[place]));
};

/** Where to look from, and how close, so that all of it is in sight. */
const view = () => {
  const { pad, wide, tall } = room();
  const size = upright ? [deep * stretch, picture.width] : [picture.width, deep];
  const inner = upright ? 40 : 60;
  const scale = Math.min(wide / Math.max(200, size[0] - inner), tall / Math.max(200, size[1] - 40), 1.6);
  const position = {
    x: size[0] / 2 + (pad.right - pad.left) / 2 / scale,
    y: size[1] / 2 + (pad.bottom - pad.top) / 2 / scale,
  };
  return { position, scale };
};

let frame = null;

const fit = (slowly = true) => {
  // A picture that is not shown has no size; it is fitted when it comes into sight.
  if (!at("graph").clientWidth) return;
  if (settleIn()) draw();
  network.moveTo({ ...view(), animation: slowly && !calm.matches ? { duration: 250 } : false });
};

const zoom = (factor) => {
  const scale = Math.min(6, Math.max(0.1, network.getScale() * factor));
  network.moveTo({ scale, animation: calm.matches ? false : { duration: 150 } });
};

const pan = (x, y) => {
  const { x: left, y: top } = network.getViewPosition();
  const step = 60 / network.getScale();
  network.moveTo({ position: { x: left + x * step, y: top + y * step } });
};

/* -- drawing ---------------------------------------------------------------- */

/** Draw in screen pixels: `act` gets the context and a function from the picture's places to the screen's. */
const onScreen = (context, act) => {
  const ratio = context.canvas.width / context.canvas.clientWidth;
  const { x, y } = network.canvasToDOM({ x: 0, y: 0 });
  const scale = network.getScale();
  context.save();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  act((left, top) => ({ x: x + left * scale, y: y + top * scale }));
  context.restore();
};

const paintBands = (context) => {
  context.save();
  context.fillStyle = colours.band;
  for (const { left, right } of picture.bands) {
    if (upright) context.fillRect(-10, left, deep * stretch + 20, right - left);
    else context.fillRect(left, -26, right - left, deep + 40);
  }
  context.restore();
};

/* While the picture moves vis-network leaves out its arrows and parties, which cost it most.
   Dragged as a whole it is a sheet that slides: the picture as it was at rest, and around it a sketch of what comes into sight. */
let lastly = null;
let still = null;
let sheet = null;
let held = false;

const moving = () => Boolean(network) && (network.renderer.dragging || network.renderer.zooming);
const sliding = () => network.renderer.dragging && !held;

/** Keep the picture as it stands, or know that a party is moved in it. */
const lift = ({ nodes: taken }) => {
  held = taken.length > 0;
  const from = frame.querySelector("canvas");
  const copy = make("canvas", { width: from.width, height: from.height });
  if (!held && lastly) copy.getContext("2d").drawImage(from, 0, 0);
  [still, sheet] = [held || !lastly ? null : { copy, ...lastly }, null];
};

/** Draw the sheet where it was dragged to; one that ends within sight is made anew. */
const slide = (context) => {
  const { a, e, f } = context.getTransform();
  const { width, height } = context.canvas;
  const far = () => [Math.round(e - sheet.e), Math.round(f - sheet.f)];
  if (still?.a !== a) still = null;
  if (sheet?.a !== a || far().some((one, side) => Math.abs(one) > [width, height][side] / 2)) {
    const copy = make("canvas", { width: 2 * width, height: 2 * height });
    const on = copy.getContext("2d");
    on.setTransform(a, 0, 0, a, e + width / 2, f + height / 2);
    paintBands(on);
    sketch(on);
    on.resetTransform();
    if (still) {
      const [x, y] = [Math.round(width / 2 + e - still.e), Math.round(height / 2 + f - still.f)];
      on.clearRect(x, y, width, height);
      on.drawImage(still.copy, x, y);
    }
    sheet = { copy, a, e, f };
  }
  const [x, y] = far();
  context.save();
  context.resetTransform();
  context.drawImage(sheet.copy, x - width / 2, y - height / 2);
  context.restore();
};

const drawBands = (context) => {
  if (network && sliding()) return slide(context);
  paintBands(context);
  const { a, e, f } = context.getTransform();
  lastly = moving() ? null : { a, e, f };
  if (moving()) sketch(context);
  return undefined;
};

/** Draw the arrows in a few strokes, those of one look together: as they are at rest, without dashes. */
const sketch = (context) => {
  const looks = new Map();
  for (const one of bundles) {
    const look = `${one.colour}|${Math.max(1, Math.round(one.thick))}|${one.opacity}`;
    if (!looks.has(look)) looks.set(look, []);
    looks.get(look).push(one);
  }
  context.save();
  for (const [look, rows] of looks) {
    const [colour, thick, opacity] = look.split("|");
    const heads = [];
    context.strokeStyle = colour;
    context.fillStyle = colour;
    context.lineWidth = Number(thick);
    context.globalAlpha = Number(opacity);
    context.beginPath();
    for (const one of rows) {
      const edge = network.body.edges[one.id];
      if (!edge?.connected) continue;
      const { from, to } = edge;
      const via = edge.edgeType.getViaNode();
      const long = Math.hypot(to.x - via.x, to.y - via.y) || 1;
      const [across, down] = [(to.x - via.x) / long, (to.y - via.y) / long];
      const tip = to.options.size + 1;
      const [x, y] = [to.x - across * tip, to.y - down * tip];
      context.moveTo(from.x, from.y);
      context.quadraticCurveTo(via.x, via.y, x - across * 6, y - down * 6);
      heads.push([x, y, across * (7 + one.thick), down * (7 + one.thick)]);
    }
    context.stroke();
    context.beginPath();
    for (const [x, y, across, down] of heads) {
      context.moveTo(x, y);
      context.lineTo(x - across - down * 0.4, y - down + across * 0.4);
      context.lineTo(x - across + down * 0.4, y - down - across * 0.4);
    }
    context.fill();
  }
  if (network.renderer.dragging) sketchParties(context);
  context.restore();
};

const around = (corners, reach = () => 1, turn = 0) => Array.from({ length: corners }, (_, step) => [reach(step) * Math.sin((2 * Math.PI * step) / corners + turn), -reach(step) * Math.cos((2 * Math.PI * step) / corners + turn)]);
/** The corners of vis-network's shapes, for a radius of one. */
const CORNERS = {
  square: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
  diamond: around(4),
  hexagon: around(6, undefined, Math.PI / 6),
  triangle: [[0, -1.01], [1.15, 0.98], [-1.15, 0.98]],
  triangleDown: [[0, 1.01], [1.15, -0.98], [-1.15, -0.98]],
  star: around(10, (step) => (step % 2 ? 0.41 : 1.07)),
};

/** Draw the parties in a few strokes too. */
const sketchParties = (context) => {
  const looks = new Map();
  for (const id of present) {
    const { x, y, options } = network.body.nodes[id] || {};
    if (!options) continue;
    const { shape, size, opacity, borderWidth, color } = options;
    const look = [color.background, color.border, borderWidth, opacity].join("|");
    if (!looks.has(look)) looks.set(look, new Path2D());
    const path = looks.get(look);
    const corners = CORNERS[shape];
    if (corners) corners.forEach(([right, down], place) => path[place ? "lineTo" : "moveTo"](x + right * size, y + down * size));
    else path.moveTo(x + size, y), path.arc(x, y, size, 0, 2 * Math.PI);
    path.closePath();
  }
  for (const [look, path] of looks) {
    const [background, border, thick, opacity] = look.split("|");
    Object.assign(context, { fillStyle: background, strokeStyle: border, lineWidth: Number(thick), globalAlpha: Number(opacity) });
    context.fill(path);
    context.stroke(path);
  }
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

const write = (context, text, x, y, colour, halo = true) => {
  if (halo) {
    context.lineWidth = 3.5;
    context.lineJoin = "round";
    context.strokeStyle = colours.card;
    context.strokeText(text, x, y);
  }
  context.fillStyle = colour;
  context.fillText(text, x, y);
};

/** What stands out just now: what the pointer or the keyboard is on, else what is chosen. */
const standsOut = () => (peek ? { parties: new Set([peek, ...bundles.filter(touches).flatMap((one) => [one.from, one.to])]), chosen: peek } : spot && { parties: spot.parties, chosen: state.chosen?.party });
const touches = ({ from, to }) => from === peek || to === peek;

/** Fade all but a party and its neighbours. */
const fade = (context, neighbourhood) => {
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalAlpha = 0.8;
  context.fillStyle = colours.card;
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  context.restore();
  const touched = bundles.filter(touches).map(({ id }) => network.body.edges[id]).filter((edge) => edge?.connected);
  touched.forEach((edge) => edge.draw(context));
  touched.forEach((edge) => edge.drawArrows(context));
  stripes(context, bundles.filter(touches));
  for (const id of neighbourhood) network.body.nodes[id]?.draw(context);
  const { x, y } = network.body.nodes[peek];
  context.save();
  context.lineWidth = 3 / network.getScale();
  context.strokeStyle = colours.accent;
  context.beginPath();
  context.arc(x, y, radius(peek) + 5 / network.getScale(), 0, 2 * Math.PI);
  context.stroke();
  context.restore();
};

/** Write names at one size whatever the zoom, the weightiest first; one that finds no room waits for more zoom. */
const writeLabels = (context, toScreen, captions, out) => {
  const scale = network.getScale();
  const names = [...present];
  const first = (id) => (out?.parties.has(id) ? 1000 : 0) + (out?.chosen === id ? 1000 : 0) + sizeOf(id);
  names.sort((a, b) => first(b) - first(a) || byRank(a, b));
  const points = new Map(names.map((id) => [id, toScreen(network.body.nodes[id].x, network.body.nodes[id].y)]));
  const taken = names.map((id) => {
    const { x, y } = points.get(id);
    const half = Math.max(4, radius(id) * scale * 0.9);
    return { id, faint: Boolean(out) && !out.parties.has(id), left: x - half, right: x + half, top: y - half, bottom: y + half };
  });
  taken.push(...captions);
  // A name stands better where no arrow comes in, if there is such a place.
  const heads = bundles.length > 400 ? [] : bundles.filter((one) => one.lit && network.body.edges[one.id]?.connected).map((one) => {
    const { to, edgeType } = network.body.edges[one.id];
    const via = edgeType.getViaNode();
    const part = (to.options.size + 9) / (Math.hypot(to.x - via.x, to.y - via.y) || 1);
    const { x, y } = toScreen(to.x - (to.x - via.x) * part, to.y - (to.y - via.y) * part);
    const half = (4 + one.thick) * scale;
    return { left: x - half, right: x + half, top: y - half, bottom: y + half };
  });
  const edge = context.canvas.clientWidth;
  labels = [];
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const id of names) {
    const big = sizeOf(id) > 17;
    const size = big ? 13 : 11.5;
    const font = `${big || out?.chosen === id ? 700 : 500} ${size}px ${colours.sans}`;
    context.font = font;
    const rows = lines(partyName(id));
    const wide = Math.max(...rows.map((row) => measure(context, row))) + 4;
    const tall = rows.length * (size + 1.5);
    const { x, y } = points.get(id);
    const away = radius(id) * scale + 4;
    const spots = [
      [x, y + away],
      [x, y - away - tall],
      [x + away + wide / 2, y - tall / 2],
      [x - away - wide / 2, y - tall / 2],
    ].map(([cx, top]) => ({ id, cx, left: cx - wide / 2, right: cx + wide / 2, top, bottom: top + tall }));
    const inside = (box) => box.right < 0 || box.left > edge || (box.left >= 2 && box.right <= edge - 2);
    const free = (box, others) => inside(box) && !others.some((other) => other.id !== id && clash(box, other));
    const must = out?.chosen === id || (!peek && (state.chosen?.loop || state.chosen?.path) && out?.parties.has(id));
    const open = spots.filter((one) => free(one, taken));
    const box = open.find((one) => !heads.some((other) => clash(one, other))) || open[0] || (must && spots.find((one) => free(one, labels)));
    if (!box) continue;
    taken.push({ ...box, faint: Boolean(out) && !out.parties.has(id), id: `${id}/label` });
    labels.push({ ...box, rows, size, font, dx: box.cx - x, dy: box.top - y });
    context.globalAlpha = !out || out.parties.has(id) ? 1 : 0.3;
    rows.forEach((row, line) => write(context, row, box.cx, box.top + line * (size + 1.5), colours.ink));
    context.globalAlpha = 1;
  }
  return taken;
};

/** Write the names again that were written at rest, where their parties are now. */
const rewriteLabels = (context, toScreen) => {
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const { id, rows, size, font, dx, dy } of labels.slice(0, 120)) {
    const { x, y } = toScreen(network.body.nodes[id].x, network.body.nodes[id].y);
    context.font = font;
    rows.forEach((row, line) => write(context, row, x + dx, y + dy + line * (size + 1.5), colours.ink, false));
  }
};

/** The second kind of money in an arrow: it takes turns with the first. */
const stripes = (context, rows) => {
  context.save();
  context.setLineDash([9, 13]);
  for (const one of rows) {
    const edge = network.body.edges[one.id];
    if (one.kinds.length < 2 || !one.counted.length || !edge?.connected) continue;
    const via = edge.edgeType.getViaNode();
    const cut = (node, more) => {
      const part = (node.options.size + more) / (Math.hypot(node.x - via.x, node.y - via.y) || 1);
      return [node.x - (node.x - via.x) * part, node.y - (node.y - via.y) * part];
    };
    context.globalAlpha = one.lit ? 1 : 0.1;
    context.lineWidth = one.thick;
    context.strokeStyle = colours[one.kinds[1]];
    context.beginPath();
    context.moveTo(...cut(edge.from, 3));
    context.quadraticCurveTo(via.x, via.y, ...cut(edge.to, 10 + 3 * one.thick));
    context.stroke();
  }
  context.restore();
};

/** Write amounts on the largest arrows, and how many legs they have: more of them the closer one looks. */
const writeAmounts = (context, toScreen, taken) => {
  const rows = bundles.filter((one) => one.lit && (!peek || touches(one)) && (one.counted.length || spot));
  rows.sort((a, b) => a.unknown - b.unknown || b.amount.high - a.amount.high || (a.id < b.id ? -1 : 1));
  const closer = Math.max(1, network.getScale() / view().scale) ** 2;
  const most = Math.round((spot || peek ? 16 : upright ? 5 : 9) * closer);
  context.font = `600 11.5px ${colours.sans}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  rows.slice(0, Math.min(most, 150)).forEach((one) => {
    const curve = network.body.edges[one.id]?.edgeType;
    if (!curve?.getPoint) return;
    const sum = one.counted.length === 1 ? data.money[worth(one.counted[0])] : one.amount;
    const amount = isUnknown(sum) ? written(sum) : compact(sum);
    const text = one.legs.length > 1 ? `${amount} · ×${one.legs.length}` : amount;
    const half = measure(context, text) / 2 + 5;
    const places = [0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74].map((along) => {
      const point = curve.getPoint(along);
      const { x, y } = toScreen(point.x, point.y);
      return { id: one.id, text, cx: x, cy: y, left: x - half, right: x + half, top: y - 9, bottom: y + 9 };
    });
    const edge = context.canvas.clientWidth - 4;
    const box = places.find((spare) => spare.left > 4 && spare.right < edge && !taken.some((other) => !other.faint && clash(spare, other)));
    if (!box) return;
    taken.push(box);
    texts.push(box);
    context.fillStyle = colours.card;
    context.strokeStyle = one.colour;
    context.lineWidth = 1.2;
    context.beginPath();
    context.roundRect(box.left, box.top, 2 * half, 18, 4);
    context.fill();
    context.stroke();
    context.fillStyle = colours.ink;
    context.fillText(text, box.cx, box.cy + 0.5);
  });
};

/** Write what the bands are, and give the boxes that takes, so that no name is written over them. */
const writeBands = (context, toScreen) => {
  context.font = `600 11.5px ${colours.sans}`;
  context.fillStyle = colours.muted;
  context.textBaseline = "top";
  let reached = -Infinity;
  return picture.bands.map(({ name, left, right }) => {
    const text = t(`band.${name}`);
    const start = upright ? toScreen(-10, left) : toScreen(left, -26);
    const middle = (start.x + toScreen(right, 0).x) / 2;
    const wide = measure(context, text);
    // Captions side by side never run into each other: the next one gives way.
    const x = upright ? Math.max(6, start.x) : Math.max(middle - wide / 2, reached + 12);
    const y = Math.max(room().pad.top - (upright ? 30 : 16), start.y - (upright ? 14 : 18));
    reached = upright ? reached : x + wide;
    context.textAlign = "left";
    context.fillText(text, x, y);
    return { id: `band/${name}`, left: x, right: x + wide, top: y, bottom: y + 13 };
  });
};

const drawTexts = (context) => {
  if (moving()) {
    if (!still) onScreen(context, (toScreen) => rewriteLabels(context, toScreen));
    return;
  }
  const out = standsOut();
  if (bundles.some(({ kinds, counted }) => kinds.length > 1 && counted.length)) {
    stripes(context, bundles);
    // The parties stand above what runs behind them.
    for (const id of present) network.body.nodes[id]?.draw(context);
  }
  if (peek) fade(context, out.parties);
  onScreen(context, (toScreen) => {
    texts = writeBands(context, toScreen);
    writeAmounts(context, toScreen, writeLabels(context, toScreen, texts, out));
  });
};

/* -- pointing and choosing --------------------------------------------------- */

const hit = (pointer) => {
  const party = network.getNodeAt(pointer);
  if (party !== undefined) return { party };
  const label = labels.find(({ left, right, top, bottom }) => pointer.x > left && pointer.x < right && pointer.y > top && pointer.y < bottom);
  if (label) return { party: label.id };
  const id = network.getEdgeAt(pointer);
  const one = id && bundles.find((each) => each.id === id);
  return one ? { arrow: one } : null;
};

/** An arrow of several legs opens into them; one of one leg is that leg. */
const meant = (found) => {
  if (!found?.arrow) return found;
  const { legs, pair } = found.arrow;
  return legs.length > 1 ? { pair } : { deal: data.legs[legs[0]].deal, leg: legs[0] };
};

const clicked = ({ pointer }) => {
  network.unselectAll();
  const found = meant(hit(pointer.DOM));
  choose(found, { scroll: Boolean(found) });
};

/** Where a party was put by hand it stays, until it is put back. */
const dropped = ({ nodes: moved }) => {
  still = sheet = null;
  network.unselectAll();
  for (const id of moved) {
    const { x, y } = network.getPosition(id);
    state.pins.set(id, (upright ? [y, x / stretch] : [x, y]).map(Math.round));
  }
  if (moved.length) {
    nodes.update(moved.map(nodeOf));
    showDoing();
    remember(true);
  }
};

const tip = at("tip");

/** Let a party and its neighbours stand out for as long as it is pointed at. */
const glance = (id) => {
  if (peek === id || (id && !present.has(id))) return;
  peek = id;
  network.redraw();
};

const hideTip = () => {
  tip.hidden = true;
  frame.style.cursor = "default";
  if (!at("crowd").contains(document.activeElement)) glance(null);
};

const showTip = (found, x, y) => {
  const box = at("graph");
  tip.replaceChildren(...(found.arrow ? arrowTip(found.arrow) : partyTip(found.party)));
  tip.hidden = false;
  tip.style.left = `${Math.max(4, Math.min(x + 14, box.clientWidth - tip.offsetWidth - 6))}px`;
  tip.style.top = `${y + 16 + tip.offsetHeight > box.clientHeight ? Math.max(4, y - tip.offsetHeight - 10) : y + 16}px`;
};

let pointing = 0;
at("graph").addEventListener("pointermove", (event) => {
  if (event.pointerType === "touch") return;
  if (event.buttons) {
    tip.hidden = true;
    return;
  }
  cancelAnimationFrame(pointing);
  pointing = requestAnimationFrame(() => {
    const box = at("graph").getBoundingClientRect();
    const pointer = { x: event.clientX - box.left, y: event.clientY - box.top };
    const found = hit(pointer);
    if (!found) return hideTip();
    frame.style.cursor = "pointer";
    glance(found.party && !spot ? found.party : null);
    return showTip(found, pointer.x, pointer.y);
  });
});
at("graph").addEventListener("pointerleave", () => {
  cancelAnimationFrame(pointing);
  hideTip();
});

const partyTip = (id) => {
  const totals = now.totals.get(id);
  const said = totals ? `${t("pays")} ${money(totals[0])} · ${t("receives")} ${money(totals[1])}` : t("nothing");
  return [make("b", {}, partyName(id)), said];
};

const arrowTip = ({ from, to, legs, counted, amount }) => {
  const said = (leg) => [money(worth(leg)), t(`instrument.${data.legs[leg].instrument}`), t(`status.${now.states[leg].status}`)].join(" · ");
  const rows = [...legs].sort((a, b) => now.counted.has(b) - now.counted.has(a) || bySize(a, b));
  return [
    make("b", {}, `${partyName(from)} → ${partyName(to)}`),
    counted.length > 1 ? make("div", {}, `${written(amount)} · ${t("arrow.legs", { count: legs.length })}`) : "",
    ...rows.slice(0, 5).map((leg) => make("div", {}, said(leg), now.counted.has(leg) ? "" : `: ${t("counts.no", { reason: why(leg) })}`)),
    rows.length > 5 ? make("div", {}, t("arrow.more", { count: rows.length - 5 })) : "",
  ].filter(Boolean);
};

let reminder = 0;
at("graph").addEventListener(
  "wheel",
  (event) => {
    if (event.ctrlKey || event.metaKey) return;
    event.stopPropagation();
    const notice = at("notice");
    if (present.size === 0) return;
    notice.textContent = t("graph.wheel");
    notice.hidden = false;
    clearTimeout(reminder);
    reminder = setTimeout(() => (notice.hidden = true), 900);
  },
  { capture: true, passive: true },
);

/* -- by keyboard -------------------------------------------------------------- */

let crowded = LISTED_PARTIES;

/** The parties in the picture as a list of buttons, which the eye does not see: the picture shows which one the keyboard is on. */
const showCrowd = () => {
  const box = at("crowd");
  const ids = [...present].sort(byRank);
  const listed = ids.slice(0, crowded);
  const held = document.activeElement?.dataset.party;
  const current = listed.includes(held) ? held : listed.includes(state.chosen?.party) ? state.chosen.party : listed[0];
  const button = (id) => {
    const totals = now.totals.get(id);
    const says = totals ? `${t("pays")} ${money(totals[0])}, ${t("receives")} ${money(totals[1])}` : t("nothing");
    return make("button", {
      type: "button",
      "data-party": id,
      tabindex: id === current ? "0" : "-1",
      "aria-pressed": String(state.chosen?.party === id),
      onclick: () => choose({ party: id }),
      onfocus: () => pointAt(id),
      onblur: hideTip,
    }, `${partyName(id)}, ${t(`kind.${parties.get(id).kind}`)}, ${says}`);
  };
  const rest = ids.length - listed.length;
  box.replaceChildren(
    ...listed.map((id) => make("li", {}, button(id))),
    ...(rest > 0 ? [make("li", {}, make("button", { type: "button", tabindex: "-1", onclick: () => {
      crowded += LISTED_PARTIES;
      showCrowd();
      box.querySelectorAll("button")[listed.length]?.focus();
    } }, t("crowd.more", { count: rest })))] : []),
  );
  if (held && !document.activeElement?.dataset.party) box.querySelector(`[data-party="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
};

/** Show in the picture which party the keyboard is on; one out of sight is brought into it. */
const pointAt = (id) => {
  const where = () => network.canvasToDOM(network.getPosition(id));
  const box = at("graph");
  const first = where();
  if (first.x < 10 || first.y < 10 || first.x > box.clientWidth - 10 || first.y > box.clientHeight - 50) network.moveTo({ position: network.getPosition(id) });
  glance(id);
  const { x, y } = where();
  showTip({ party: id }, x, y);
};

const goAlong = (step) => {
  const buttons = [...at("crowd").querySelectorAll("button")];
  if (!buttons.length) return;
  const held = buttons.indexOf(document.activeElement);
  const next = held < 0 ? buttons.findIndex((button) => button.tabIndex === 0) : (held + step + buttons.length) % buttons.length;
  buttons.forEach((button, index) => (button.tabIndex = index === next ? 0 : -1));
  buttons[next].focus({ preventScroll: true });
};

at("crowd").addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowRight: 1, n: 1, ArrowUp: -1, ArrowLeft: -1, p: -1 }[event.key];
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (step) goAlong(step);
  else if (event.key === "e" && document.activeElement.dataset.party) expand(document.activeElement.dataset.party);
  else return;
  event.preventDefault();
  event.stopPropagation();
});

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
    n: () => goAlong(1),
    p: () => goAlong(-1),
  }[event.key];
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  // The same keys mean other things to the page.
  event.stopPropagation();
  act();
};

/* -- the buttons and the key of the picture ----------------------------------- */

const ICONS = {
  "zoom.in": "M8 2v12M2 8h12",
  "zoom.out": "M2 8h12",
  "zoom.fit": "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
  picture: "M8 2v8M4.5 7 8 10.5 11.5 7M2 14h12",
};

const buildZoom = () => {
  const act = { "zoom.in": () => zoom(1.35), "zoom.out": () => zoom(1 / 1.35), "zoom.fit": () => fit(), picture: () => SAVES.png() };
  at("zoom").replaceChildren(
    ...Object.entries(ICONS).map(([key, path]) =>
      make(
        "button",
        { type: "button", title: t(key), "aria-label": t(key), onclick: act[key] },
        drawing("svg", { width: 16, height: 16, fill: "none", stroke: "currentColor", "stroke-width": 1.6, "aria-hidden": "true" }, drawing("path", { d: path })),
      ),
    ),
  );
};

const SHAPES = {
  dot: "M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12z",
  square: "M3 3h10v10H3z",
  diamond: "M8 1.5 14.5 8 8 14.5 1.5 8z",
  triangle: "M8 2 14.5 13.5h-13z",
  triangleDown: "M8 14 1.5 2.5h13z",
  hexagon: "M4.5 2h7l3.5 6-3.5 6h-7L1 8z",
  star: "M8 1l2 4.8 5.2.4-4 3.4 1.3 5L8 11.9l-4.5 2.7 1.3-5-4-3.4L6 5.8z",
};

const buildKey = () => {
  const icon = (colour, path, more = {}) => {
    const svg = drawing("svg", { width: 16, height: 16, "aria-hidden": "true" }, drawing("path", { d: path, fill: "currentColor", ...more }));
    svg.style.color = `var(--${colour})`;
    return svg;
  };
  const line = (colour, thick, dashes = "none") => {
    const set = { d: "M1 8h24", stroke: "currentColor", "stroke-width": thick, "stroke-dasharray": dashes };
    const svg = drawing("svg", { width: 26, height: 16, "aria-hidden": "true" }, drawing("path", set));
    svg.style.color = `var(--${colour})`;
    return svg;
  };
  const shapes = new Map([...drawnAs].map(([id, node]) => [parties.get(id).kind, node.shape]));
  const mixed = () => {
    const svg = line("purchase", 4);
    const stripe = drawing("path", { d: "M1 8h24", "stroke-width": 4, "stroke-dasharray": "6 6" });
    stripe.style.stroke = "var(--equity)";
    svg.append(stripe);
    return svg;
  };
  const used = new Set(data.legs.map((leg) => leg.instrument));
  const flows = new Set(data.legs.filter((leg) => !data.still.includes(leg.instrument)).map((leg) => leg.instrument));
  const part = (title, items, more) => make("section", {}, make("h3", {}, title), make("ul", { class: more }, items));
  const mark = (colour, thick, dashes, text) => make("li", {}, line(colour, thick, dashes), text);
  at("strip").replaceChildren(
    ...data.instruments.filter((name) => flows.has(name)).map((name) => mark(name, 4, "none", t(`instrument.${name}`))),
    mark("ink", 2.5, "6 3", t("line.unsigned")),
    mark("ink", 1.5, "1.5 3", t("line.undisclosed")),
    make("li", {}, mixed(), t("line.mixed")),
  );
  at("key-body").replaceChildren(
    part(t("legend.money"), data.instruments.filter((name) => used.has(name)).map((name) => make("li", {}, line(name, 4), t(`instrument.${name}`)))),
    part(t("legend.line"), [
      make("li", {}, line("ink", 2.5), t("line.signed")),
      make("li", {}, line("ink", 2.5, "7 4"), t("line.unsigned")),
      make("li", {}, line("ink", 1.5, "1.5 3"), t("line.undisclosed")),
      make("li", {}, line("strong", 1.5, "2 4"), t("line.left")),
      make("li", {}, mixed(), t("line.mixed")),
    ], "one"),
  part(t("legend.width"), data.widths.map((step) => make("li", {}, line("ink", width(step)), money(step))), "one"),
    part(t("legend.parties"), data.kinds.filter((kind) => shapes.has(kind)).map((kind) => make("li", {}, icon(kind, SHAPES[shapes.get(kind)]), t(`kind.${kind}`)))),
    part(t("legend.amounts"), ["up-to", "incl", "plus", "floor", "least", "undisclosed"].map((key) => make("li", {}, make("b", {}, t(`amounts.${key}`)), t(`amounts.${key}.says`))), "one said"),
  );
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
  frame.addEventListener("dblclick", (event) => {
    const box = at("graph").getBoundingClientRect();
    const { party } = hit({ x: event.clientX - box.left, y: event.clientY - box.top }) || {};
    if (party) expand(party);
  });
  network.setOptions({ interaction: { hideNodesOnDrag: true } });
  network.on("dragStart", lift);
  network.on("dragEnd", dropped);
};

VIEWS.graph = {
  show: () => {},
  rows: () => VIEWS.table.rows(),
};
