/* The page at work. Everything shown comes from the JSON in the page; texts enter it as text, never as markup.
   Reading order: words and values, what is shown now, the picture, the panel, the table, the switches. */

"use strict";

(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const at = (id) => document.getElementById(id);

  /** Read back what `packing.py` wrote short: an array is a list, an object or a number below 0; such a number a part kept once. */
  const unpack = ({ shapes, kept, root }) => {
    const made = [];
    const value = (part) => {
      if (typeof part === "number" && part < 0) return (made[~part] ??= value(kept[~part]));
      if (!Array.isArray(part)) return part;
      const [kind, ...inner] = part;
      if (kind < 0) return inner[0];
      if (kind === 0) return inner.map(value);
      return Object.fromEntries(shapes[kind - 1].map((key, place) => [key, value(inner[place])]));
    };
    return value(root);
  };
  const { data, words, nodes: allNodes, edges: allEdges } = unpack(read("payload"));

  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const narrow = matchMedia("(max-width: 820px)");
  const PRESETS = ["headline", "contracted", "firm", "paid"];
  const CONSIDERATIONS = ["cash", "all"];
  const LANGUAGES = { en: "English", zh: "中文" };
  const TABS = ["details", "loops", "filters"];
  const SIGNED = new Set(["signed", "closed", "completed"]);
  const ENDED = new Set(["completed", "lapsed", "cancelled", "superseded"]);
  const SHORT = 15;
  const GRADES = ["filing", "company", "press", "digest"];

  const state = {
    language: (navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en",
    theme: "auto",
    date: data.dates[data.dates.length - 1],
    preset: "contracted",
    consideration: "cash",
    scope: "core",
    query: "",
    instruments: new Set(),
    statuses: new Set(),
    least: -1,
    undisclosed: true,
    left: false,
    chosen: null,
    tab: "details",
    sort: { column: "amount", down: true },
    whole: false,
  };

  const deals = new Map(data.deals.map((deal) => [deal.id, deal]));
  const parties = new Map(Object.entries(data.parties));

  /* -- words and values ---------------------------------------------------- */

  const t = (key, values = {}) => {
    let text = words[state.language][key] ?? words.en[key] ?? key;
    if (values.count === 1 && words[state.language][`${key}.1`]) text = words[state.language][`${key}.1`];
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  };
  const share = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });
  const money = (number) => data.money[number][state.language];
  const high = (number) => data.money[number].high;
  const isOpen = (number) => Boolean(data.money[number].undisclosed) && !high(number);
  const partyName = (id) => parties.get(id)[state.language === "zh" ? "zh" : "name"];
  const dealTitle = (deal) => (state.language === "zh" && deal.zh) || deal.title;
  const dates = Object.fromEntries(
    [["en", "en-GB"], ["zh", "zh-CN"]].map(([language, locale]) => [
      language,
      new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }),
    ]),
  );
  const day = (iso) => dates[state.language].format(new Date(`${iso}T00:00:00Z`));

  /** Make an element: `set` gives properties, attributes and listeners; children are text or elements. */
  const make = (tag, set = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(set)) {
      if (value === undefined || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (name === "class") node.className = value;
      else if (name === "colour") node.style.color = `var(--${value})`;
      else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== ""));
    return node;
  };

  const drawing = (tag, set, ...children) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(set)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };

  const swatch = (name) => make("span", { class: "swatch", colour: name, "aria-hidden": "true" });

  const link = (text, act, more = {}) => make("button", { type: "button", class: "link", onclick: act, ...more }, text);

  /** Where an entry stands in the registry: the keys that lead to it. */
  const place = {
    party: (id) => `parties: ${id}`,
    deal: (deal) => `deals: ${deal.id}`,
    leg: (leg) => `leg ${data.legs[leg].deal}/${deals.get(data.legs[leg].deal).legs.indexOf(leg) + 1}`,
    source: (source) => (source.deal ? `deals: ${source.deal}: ${source.name}` : `sources: ${source.name}`),
  };
  const placed = (at) => t("source.line", { file: data.file, at });

  const partyLink = (id) => link(partyName(id), () => choose({ party: id }));

  /* -- the address keeps the view, so that it can be sent ------------------- */

  const REMEMBERED = { date: data.dates, preset: PRESETS, consideration: CONSIDERATIONS, scope: ["core", "all"], language: Object.keys(LANGUAGES), theme: ["auto", "light", "dark"] };
  let started = false;

  const remember = () => {
    if (!started) return;
    const view = new URLSearchParams();
    Object.keys(REMEMBERED).forEach((name) => view.set(name, state[name]));
    ["party", "deal", "loop"].forEach((name) => state.chosen?.[name] && view.set(name, state.chosen[name]));
    try {
      history.replaceState(null, "", `#${view}`);
    } catch {
      // A page without an address of its own has nothing to remember in.
    }
  };

  const recall = () => {
    const view = new URLSearchParams(location.hash.slice(1));
    for (const [name, allowed] of Object.entries(REMEMBERED)) {
      if (allowed.includes(view.get(name))) state[name] = view.get(name);
    }
    if (parties.get(view.get("party"))?.spots) state.chosen = { party: view.get("party") };
    else if (deals.has(view.get("deal"))) state.chosen = { deal: view.get("deal") };
    else if (view.get("loop")) state.chosen = { loop: view.get("loop") };
    else state.chosen = null;
  };

  /* -- what is shown now --------------------------------------------------- */

  let now = null;

  /** Work out once, for the chosen day and convention, what each leg is worth and why it may not count. */
  const settle = () => {
    const snapshot = data.snapshots[`${state.date}/${state.preset}/${state.consideration}`];
    const states = data.states[state.date];
    const counted = new Map([...snapshot.legs.map((leg) => [leg, states[leg].amount]), ...snapshot.worth]);
    const out = new Map(snapshot.out.flatMap(([reason, legs]) => legs.map((leg) => [leg, reason])));
    const totals = new Map(snapshot.totals.map(([id, ...both]) => [id, both]));
    const core = snapshot.core && new Set(snapshot.core);
    const loops = [...snapshot.loops, ...snapshot.unpriced].map((loop) => {
      const hops = loop.hops.map((hop) => data.hops[hop]);
      return {
        ...loop,
        id: hops.map((hop) => `${hop.from}.${hop.side[0]}`).join(">"),
        hops,
        numbers: loop.hops,
        legs: hops.flatMap((hop) => hop.legs),
        parties: hops.map((hop) => hop.from),
      };
    });
    now = { snapshot, states, counted, out, totals, core, loops, priced: snapshot.loops.length };
  };

  const worth = (leg) => now.counted.get(leg) ?? now.states[leg].amount;

  const why = (leg) => {
    if (!now.out.has(leg)) return t("counts.not-yet");
    const { key, status, basis } = data.reasons[now.out.get(leg)];
    return t(key, { status: status && t(`status.${status}`), basis: basis && t(`basis.${basis}`) });
  };

  const fits = (text) => text && text.toLowerCase().includes(state.query);

  const partyFits = (id) => {
    const party = parties.get(id);
    return [id, party.name, party.zh, party.ticker, ...(party.also || [])].some(fits);
  };

  const legFits = (leg) => {
    if (!state.query) return true;
    const { deal, payer, payee } = data.legs[leg];
    return partyFits(payer) || partyFits(payee) || [deal, deals.get(deal).title, deals.get(deal).zh].some(fits);
  };

  const passes = (leg) => {
    const standing = now.states[leg];
    if (!standing.status) return false;
    const amount = worth(leg);
    if (state.instruments.has(data.legs[leg].instrument) || state.statuses.has(standing.status)) return false;
    if (data.money[amount].undisclosed && !high(amount)) return state.undisclosed;
    return state.least < 0 || high(amount) >= high(state.least);
  };

  const drawn = (leg) => passes(leg) && (now.counted.has(leg) || state.left);

  const filtered = () =>
    state.instruments.size > 0 || state.statuses.size > 0 || state.least >= 0 || !state.undisclosed || state.left;

  const chosenLoop = () => now.loops.find((loop) => loop.id === state.chosen?.loop);

  /** Which legs and parties stand out: those of what is chosen, else those of the search, else all. */
  const focus = () => {
    const all = data.legs.map((_, leg) => leg).filter(drawn);
    const { chosen } = state;
    let legs = null;
    const extra = [];
    if (chosen?.loop) legs = chosenLoop().legs;
    else if (chosen?.deal) legs = deals.get(chosen.deal).legs;
    else if (chosen?.party) {
      legs = all.filter((leg) => [data.legs[leg].payer, data.legs[leg].payee].includes(chosen.party));
      extra.push(chosen.party);
    } else if (state.query) {
      legs = all.filter(legFits);
      extra.push(...[...parties.keys()].filter(partyFits));
    }
    if (!legs) return null;
    const ends = legs.flatMap((leg) => [data.legs[leg].payer, data.legs[leg].payee]);
    return { legs: new Set(legs), parties: new Set([...ends, ...extra]) };
  };

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

  // All is settled before vis-network sees it, so it draws once.
  recall();
  document.documentElement.dataset.theme = state.theme;
  readColours();
  settle();
  if (state.chosen?.loop && !chosenLoop()) state.chosen = null;
  settleIn();
  draw();
  network = new vis.Network(at("graph"), { nodes, edges }, read("options"));
  const frame = at("graph").querySelector(".vis-network");
  frame.setAttribute("role", "application");

  const fit = (slowly = true) => {
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

  network.on("beforeDrawing", (context) => {
    context.save();
    context.fillStyle = colours.band;
    for (const { left, right } of picture.bands) {
      if (upright) context.fillRect(-10, left, picture.height * stretch + 20, right - left);
      else context.fillRect(left, -26, right - left, picture.height + 40);
    }
    context.restore();
  });

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

  network.on("afterDrawing", (context) => {
    onScreen(context, (toScreen) => {
      const captions = writeBands(context, toScreen);
      writeAmounts(context, toScreen, writeLabels(context, toScreen, captions));
    });
  });

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

  network.on("click", ({ pointer }) => {
    network.unselectAll();
    const found = hit(pointer.DOM);
    choose(found, { scroll: Boolean(found) });
  });

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

  frame.addEventListener("keydown", (event) => {
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
  });

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

  /* -- the numbers --------------------------------------------------------- */

  const showNumbers = () => {
    const { numbers } = now.snapshot;
    const unknown = numbers.unknown ? t("legs.unknown", { count: numbers.unknown }) : "";
    const open = [
      numbers.undisclosed ? t("legs.undisclosed", { count: numbers.undisclosed }) : "",
      numbers.ceilings ? t("legs.ceilings", { count: numbers.ceilings }) : "",
    ].filter(Boolean).join(state.language === "zh" ? "，" : "; ");
    const paid = state.preset === "paid" ? t("paid.coverage", { count: numbers.count, all: numbers.all }) : "";
    const card = (name, value, note, more = "") =>
      make(
        "div",
        { class: `card ${more}`, id: `number-${name}` },
        make("h3", {}, t(`number.${name}`)),
        make("p", { class: "value" }, value),
        note ? make("p", { class: "open" }, note) : "",
        make("p", { class: "says" }, t(`number.${name}.says`)),
      );
    at("cards").replaceChildren(
      card("circular", money(numbers.circular), unknown, "first"),
      card("share", shares(numbers), "", ""),
      card("gross", money(numbers.gross), [paid || t("legs.count", { count: numbers.count }), open].filter(Boolean).join(state.language === "zh" ? "；" : "; ")),
      card("net", money(numbers.net), ""),
      ladder(numbers),
    );
  };

  const shares = ({ low, high: upper }) => {
    const one = (share, bound) => (share ? make("span", { class: "one" }, share, make("small", {}, t(bound))) : "");
    if (!low && !upper) return [t("none")];
    if (low === upper) return [low];
    return [one(low, "bound.low"), one(upper, "bound.high")];
  };

  const ladder = ({ ladder: rungs }) => {
    const most = Math.max(1, ...rungs.map((rung) => (rung.upper === undefined ? 0 : high(rung.upper))));
    const rows = rungs.map((rung) => {
      const bar = make("i", { "aria-hidden": "true" });
      bar.style.width = rung.upper === undefined ? "0" : `${(100 * high(rung.upper)) / most}%`;
      const upper = rung.upper === undefined ? t("too-many") : money(rung.upper);
      return make("li", {}, make("span", {}, t(`ladder.${rung.length || "any"}`)), make("span", {}, bar), make("b", {}, upper));
    });
    return make(
      "div",
      { class: "card wide", id: "number-ladder" },
      make("h3", {}, t("number.ladder")),
      make("ul", { class: "ladder" }, rows),
      make("p", { class: "says" }, t("number.ladder.says")),
    );
  };

  /* -- the panel ----------------------------------------------------------- */

  const row = ({ colour, what, much, note, out, act, pressed }) =>
    make(
      "li",
      {},
      make(
        "button",
        { type: "button", class: `row${out ? " out" : ""}`, onclick: act, "aria-pressed": pressed === undefined ? undefined : String(pressed) },
        colour ? swatch(colour) : make("span"),
        make("span", { class: "what" }, what),
        make("span", { class: "much" }, much),
        note ? make("small", {}, note) : "",
      ),
    );

  const bySize = (a, b) => isOpen(worth(a)) - isOpen(worth(b)) || high(worth(b)) - high(worth(a)) || a - b;

  const legRow = (leg, what) => {
    const { deal, instrument } = data.legs[leg];
    const counts = now.counted.has(leg);
    return row({
      colour: instrument,
      what,
      much: money(worth(leg)),
      note: [t(`instrument.${instrument}`), t(`status.${now.states[leg].status}`), counts ? "" : why(leg)].filter(Boolean).join(" · "),
      out: !counts,
      act: () => choose({ deal, leg }, { focus: true }),
    });
  };

  const loopRow = (loop) =>
    row({
      what: chain(loop),
      much: loopAmount(loop),
      note: [
        t("hops", { count: loop.hops.length }),
        loop.narrow.length && loop.amount !== undefined
          ? `${t("loops.narrowest")} ${loop.narrow.map((hop) => `${partyName(data.hops[hop].from)} → ${partyName(data.hops[hop].to)}`).join(", ")}`
          : "",
        t("loops.weakest", { status: t(`status.${now.states[loop.weakest].status}`) }),
      ].filter(Boolean).join(" · "),
      act: () => choose(state.chosen?.loop === loop.id ? null : { loop: loop.id }, { tab: state.tab }),
      pressed: state.chosen?.loop === loop.id,
    });

  const chain = (loop) =>
    make(
      "span",
      { class: "chain" },
      [...loop.parties, loop.parties[0]].flatMap((id, step) => [
        step ? make("i", { "aria-hidden": "true" }, "→") : "",
        make("span", {}, partyName(id)),
      ]),
    );

  const loopAmount = (loop) => {
    if (loop.amount !== undefined) return money(loop.amount);
    return loop.most === undefined ? t("loops.unknown") : t("loops.at-most", { amount: money(loop.most) });
  };

  const loopText = (loop) => [...loop.parties, loop.parties[0]].map(partyName).join(" → ");

  /** Say what the words in these amounts mean, those that are there. */
  const amountsNote = (numbers) => {
    const seen = numbers.filter((number) => number !== undefined).map((number) => data.money[number]);
    const marks = {
      "up-to": seen.some(({ low, high: upper }) => low === 0 && upper > 0),
      incl: seen.some(({ low, high: upper, ceilings }) => ceilings && (low > 0 || (low === 0 && ceilings > 1)) && low < upper),
      plus: seen.some(({ low, high: upper, ceilings }) => ceilings && low === upper && (low > 0 || ceilings > 1)),
      floor: seen.some(({ low, high: upper, ceilings }) => ceilings === 1 && low === upper && low === 0),
      least: seen.some(({ unbounded }) => unbounded),
      undisclosed: seen.some(({ undisclosed, high: upper }) => undisclosed && (upper > 0 || undisclosed > 1)),
    };
    const said = Object.keys(marks).filter((key) => marks[key]);
    if (!said.length) return "";
    return make("dl", { class: "amounts" }, said.flatMap((key) => [make("dt", {}, t(`amounts.${key}`)), make("dd", {}, t(`amounts.${key}.says`))]));
  };

  const list = (rows) => make("ul", { class: "rows" }, rows);

  const showDetails = () => {
    const { chosen } = state;
    let content;
    if (chosen?.party) content = partyDetails(chosen.party);
    else if (chosen?.deal) content = dealDetails(deals.get(chosen.deal), chosen.leg);
    else if (chosen?.loop) content = loopDetails(chosenLoop());
    else content = overview();
    at("pane-details").replaceChildren(...content.flat().filter(Boolean));
    at("pane-details").scrollTop = 0;
  };

  const back = () => link(`← ${t("back")}`, () => choose(null, { focus: true }), { class: "link back" });

  const overview = () => {
    const hops = now.snapshot.hops.map((hop) => data.hops[hop]).sort((a, b) => high(b.amount) - high(a.amount)).slice(0, 7);
    const loops = now.loops.slice(0, Math.min(3, now.priced));
    return [
      make("h2", {}, t("overview")),
      make("p", { class: "soft" }, t("overview.help")),
      make("h3", {}, t("overview.hops")),
      hops.length ? list(hops.map(hopRow)) : make("p", { class: "soft" }, t("nothing")),
      make("h3", {}, t("overview.loops")),
      loops.length ? list(loops.map(loopRow)) : make("p", { class: "soft" }, t("loops.none")),
      loops.length ? link(t("overview.more"), () => openTab("loops", true)) : "",
      amountsNote([...hops.map((hop) => hop.amount), ...loops.map((loop) => loop.amount)]),
    ];
  };

  const hopRow = (hop) => {
    const kinds = [...new Set(hop.legs.map((leg) => data.legs[leg].instrument))];
    const leg = [...hop.legs].sort(bySize)[0];
    return row({
      colour: data.legs[leg].instrument,
      what: `${partyName(hop.from)} → ${partyName(hop.to)}`,
      much: money(hop.amount),
      note: kinds.map((kind) => t(`instrument.${kind}`)).join(", "),
      act: () => choose({ deal: data.legs[leg].deal, leg }, { focus: true }),
    });
  };

  const partyDetails = (id) => {
    const party = parties.get(id);
    const totals = now.totals.get(id);
    const known = data.legs.map((_, leg) => leg).filter((leg) => now.states[leg].status);
    const side = (mine, other, title) => {
      const legs = known.filter((leg) => data.legs[leg][mine] === id).sort((a, b) => now.counted.has(b) - now.counted.has(a) || bySize(a, b));
      return legs.length ? [make("h3", {}, title), list(legs.map((leg) => legRow(leg, partyName(data.legs[leg][other]))))] : [];
    };
    const loops = now.loops.filter((loop) => loop.parties.includes(id));
    const mine = known.filter((leg) => [data.legs[leg].payer, data.legs[leg].payee].includes(id));
    const legs = mine.filter((leg) => now.counted.has(leg));
    const other = state.language === "zh" ? party.name : party.zh;
    const about = [
      t(`kind.${party.kind}`),
      party.country,
      party.ticker,
      other === partyName(id) ? "" : other,
    ].filter(Boolean).join(" · ");
    return [
      back(),
      make("h2", {}, partyName(id)),
      make("p", { class: "soft" }, about),
      party.outside ? make("p", { class: "soft" }, t("outside")) : "",
      party.also ? make("p", { class: "soft" }, `${t("also")} ${party.also.join(", ")}`) : "",
      party.parent ? make("p", { class: "soft" }, `${t("parent")} `, partyLink(party.parent)) : "",
      party.members ? make("p", { class: "soft" }, `${t("members")} `, ...party.members.flatMap((name, step) => [step ? ", " : "", partyLink(name)])) : "",
      party.note ? make("p", {}, party.note) : "",
      make(
        "dl",
        { class: "both" },
        make("div", {}, make("dt", {}, t("pays")), make("dd", {}, totals ? money(totals[0]) : t("nothing"))),
        make("div", {}, make("dt", {}, t("receives")), make("dd", {}, totals ? money(totals[1]) : t("nothing"))),
      ),
      totals ? make("p", { class: "soft" }, t("legs.of", { count: legs.length, all: mine.length })) : "",
      amountsNote([...(totals || []), ...mine.map(worth)]),
      ...side("payer", "payee", t("pays.to")),
      ...side("payee", "payer", t("receives.from")),
      ...(loops.length ? [make("h3", {}, t("loops.through", { name: partyName(id) })), list(loops.map(loopRow))] : []),
      ...figuresOf(id),
      make("p", { class: "soft" }, placed(place.party(id))),
    ];
  };

  /** The latest figures that were known on the day, each with its sources. */
  const figuresOf = (id) => {
    const rows = data.figures[state.date][id];
    if (!rows) return [];
    const cited = [...new Set(rows.flatMap((figure) => figure.sources))];
    const order = (figure) => data.metrics.indexOf(figure.metric);
    const figureRow = ({ metric, amount, percent, counterparty, segment, period, kind, note, sources }) =>
      make(
        "tr",
        {},
        make(
          "th",
          { scope: "row" },
          t(`metric.${metric}`),
          counterparty ? make("small", {}, partyLink(counterparty)) : "",
          segment ? make("small", {}, segment) : "",
          make("small", {}, [period, kind === "reported" ? "" : t(`figure.${kind}`), note].filter(Boolean).join(" · ")),
        ),
        make("td", {}, amount === undefined ? percent : money(amount), make("small", {}, sources.map((number) => `[${cited.indexOf(number) + 1}]`).join(""))),
      );
    return [
      make("h3", {}, t("figures")),
      make("p", { class: "soft" }, t("figures.says", { date: day(state.date) })),
      make("table", { class: "figures" }, make("tbody", {}, [...rows].sort((a, b) => order(a) - order(b)).map(figureRow))),
      make("details", {}, make("summary", {}, t("figures.sources", { count: cited.length })), make("ol", { class: "sources" }, cited.map((number, index) => sourceRow(data.sources[number], index + 1)))),
    ];
  };

  const loopDetails = (loop) => [
    back(),
    make("h2", {}, loopAmount(loop)),
    make("p", {}, chain(loop)),
    make("p", { class: "soft" }, t("loops.says")),
    amountsNote([loop.amount, ...loop.hops.map((hop) => hop.amount)]),
    ...loop.hops.flatMap((hop, step) => [
      make(
        "h3",
        {},
        `${step + 1} · ${partyName(hop.from)} → ${partyName(hop.to)} · ${t(`side.${hop.side}`)} · ${money(hop.amount)}`,
        loop.narrow.includes(loop.numbers[step]) ? make("span", { class: "warn" }, ` · ${t("loops.narrowest")}`) : "",
      ),
      list(hop.legs.map((leg) => legRow(leg, dealTitle(deals.get(data.legs[leg].deal))))),
    ]),
  ];

  const fact = (name, value) => [make("dt", {}, name), make("dd", {}, value)];

  const factValue = ({ text, money: amount, party, word, legs }) => {
    if (amount !== undefined) return money(amount);
    if (party) return partyLink(party);
    if (word) return t(word);
    if (!legs) return text;
    return make("span", {}, legs.flatMap((leg, step) => [
      step ? ", " : "",
      link(dealTitle(deals.get(data.legs[leg].deal)), () => choose({ deal: data.legs[leg].deal, leg }, { focus: true })),
    ]));
  };

  const dealDetails = (deal, chosenLeg) => {
    const standing = now.states[deal.legs[0]];
    const cited = [];
    const note = (numbers) => numbers.forEach((number) => cited.includes(number) || cited.push(number));
    deal.legs.forEach((leg) => {
      note(data.legs[leg].sources);
      if (now.states[leg].sources) note(now.states[leg].sources);
    });
    deal.events.forEach((event) => note(event.sources));
    (deal.disputed || []).forEach((dispute) => note(dispute.sources));
    const marks = (numbers) => numbers.map((number) => cited.indexOf(number) + 1).sort((a, b) => a - b).map((number) => `[${number}]`).join("");
    const loops = now.loops.filter((loop) => loop.legs.some((leg) => deal.legs.includes(leg)));
    return [
      back(),
      make("h2", {}, dealTitle(deal)),
      state.language === "zh" && deal.zh ? make("p", { class: "soft" }, deal.title) : "",
      make("p", { class: "soft" }, standing.status ? `${t(`status.${standing.status}`)} · ${t("column.since")} ${standing.since}` : t("counts.not-yet")),
      standing.by ? make("p", {}, `${t("field.by")}: `, link(dealTitle(deals.get(standing.by)), () => choose({ deal: standing.by }, { focus: true }))) : "",
      deal.note ? make("p", {}, deal.note) : "",
      deal.total !== undefined ? make("p", {}, `${t("field.total")}: ${money(deal.total)}`) : "",
      make("h3", {}, t("legs")),
      ...deal.legs.map((leg) => legDetails(leg, marks, leg === chosenLeg)),
      make("h3", {}, t("life")),
      make("ol", { class: "life" }, deal.events.map((event) => lifeRow(event, deal, marks))),
      ...(deal.disputed ? [make("h3", {}, t("disputed")), ...deal.disputed.map((dispute) => disputeRow(dispute, marks))] : []),
      ...(loops.length ? [make("h3", {}, t("loops.priced")), list(loops.slice(0, 5).map(loopRow))] : []),
      make("h3", {}, t("sources")),
      make("ol", { class: "sources" }, cited.map((number, index) => sourceRow(data.sources[number], index + 1))),
      make("p", { class: "soft" }, placed(place.deal(deal))),
    ];
  };

  const legDetails = (leg, marks) => {
    const { payer, payee, instrument, first, facts, sources } = data.legs[leg];
    const standing = now.states[leg];
    const counts = now.counted.has(leg);
    const amount = standing.amount ?? first;
    const rows = [...fact(t("column.instrument"), t(`instrument.${instrument}`))];
    if (standing.basis) rows.push(...fact(t("field.basis"), t(`basis.${standing.basis}`)));
    if (standing.certainty && standing.certainty !== "firm") rows.push(...fact(t("field.certainty"), t(`certainty.${standing.certainty}`)));
    if (amount !== first) rows.push(...fact(t("amount.first"), money(first)));
    if (standing.paid !== undefined) rows.push(...fact(t("field.paid"), money(standing.paid)));
    if (standing.term) rows.push(...fact(t("field.term"), standing.term));
    if (standing.schedule) rows.push(...fact(t("field.schedule"), standing.schedule.map(([when, part]) => `${when}: ${money(part)}`).join("; ")));
    facts.forEach((one) => rows.push(...fact(t(`field.${one.key}`), factValue(one))));
    const verdict = counts ? t("counts.as", { amount: money(now.counted.get(leg)) }) : t("counts.no", { reason: why(leg) });
    return make(
      "div",
      { class: "leg", colour: instrument },
      make("div", { class: "sum" }, make("span", {}, partyLink(payer), " → ", partyLink(payee)), make("b", {}, money(amount))),
      make("dl", { class: "facts" }, rows),
      make("p", { class: `verdict${counts ? "" : " no"}` }, `${t(`preset.${state.preset}`)}: ${verdict}`),
      make("p", { class: "soft" }, `${marks(standing.sources || sources)} ${placed(place.leg(leg))}`),
    );
  };

  const lifeRow = (event, deal, marks) => {
    const later = event.known > state.date;
    const said = [
      event.status ? t(`status.${event.status}`) : "",
      event.amount === undefined ? "" : `${t("amount")} ${money(event.amount)}`,
      event.paid === undefined ? "" : `${t("field.paid")} ${money(event.paid)}`,
      later ? t("later") : "",
    ].filter(Boolean).join(" · ");
    return make(
      "li",
      { class: later ? "later" : undefined },
      make("time", {}, event.on),
      ` ${said} `,
      make("span", { class: "soft" }, marks(event.sources)),
      event.by ? make("div", {}, link(dealTitle(deals.get(event.by)), () => choose({ deal: event.by }, { focus: true }))) : "",
      event.note ? make("div", { class: "soft" }, event.note) : "",
    );
  };

  const disputeRow = (dispute, marks) =>
    make(
      "dl",
      { class: "facts" },
      ...fact(t(`field.${dispute.field}`), `${t("disputed.other")}: ${dispute.value} ${marks(dispute.sources)}`),
      ...fact(t("disputed.rule"), dispute.rule),
    );

  const sourceRow = (source, number) => {
    const title = source.title || source.publisher;
    const safe = source.url && /^https?:\/\//i.test(source.url);
    return make(
      "li",
      {},
      `[${number}] `,
      make("span", { class: `grade ${GRADES.includes(source.grade) ? source.grade : ""}` }, t(`grade.${source.grade}`)),
      " ",
      safe ? make("a", { href: source.url, target: "_blank", rel: "noopener noreferrer" }, title) : title,
      ` · ${[source.title ? source.publisher : "", source.date, source.offline ? `${t("source.offline")}: ${source.offline}` : "", placed(place.source(source))].filter(Boolean).join(" · ")}`,
    );
  };

  const showLoops = () => {
    const { snapshot, loops, priced } = now;
    const part = (rows, more, none) => [
      rows.length ? list(rows.map(loopRow)) : make("p", { class: "soft" }, none),
      more ? make("p", { class: "soft" }, t("loops.more", { count: rows.length })) : "",
    ];
    at("pane-loops").replaceChildren(
      make("p", { class: "soft" }, t("loops.says")),
      make("h3", {}, t("loops.priced")),
      ...part(loops.slice(0, priced), snapshot.more, t("loops.none")).filter(Boolean),
      make("h3", {}, t("loops.unpriced")),
      ...part(loops.slice(priced), snapshot.moreUnpriced, t("loops.none-unpriced")).filter(Boolean),
      ...(snapshot.lacking.length ? [make("h3", {}, t("loops.lacking")), make("ul", { class: "rows" }, snapshot.lacking.map(lackingRow))] : []),
    );
  };

  /** A loop that only the headline has, and the legs that are missing for it here. */
  const lackingRow = ({ parties: names, needs }) =>
    make(
      "li",
      { class: "lacking" },
      chain({ parties: names }),
      needs.map((leg) => {
        const { deal, payer, payee } = data.legs[leg];
        const act = () => choose({ deal, leg }, { focus: true });
        return make("small", {}, link(`${partyName(payer)} → ${partyName(payee)}`, act), `: ${why(leg)}`);
      }),
    );

  const showFilters = () => {
    const known = data.legs.map((_, leg) => leg).filter((leg) => now.states[leg].status);
    const tally = (of) => known.reduce((seen, leg) => seen.set(of(leg), (seen.get(of(leg)) || 0) + 1), new Map());
    const choice = (kind, off, name, count, mark) =>
      make(
        "label",
        {},
        make("input", { type: "checkbox", value: name, checked: !off.has(name), onchange: (event) => {
          if (event.target.checked) off.delete(name);
          else off.add(name);
          refilter();
        } }),
        mark || "",
        t(`${kind}.${name}`),
        make("small", {}, String(count)),
      );
    const instruments = tally((leg) => data.legs[leg].instrument);
    const statuses = tally((leg) => now.states[leg].status);
    const flag = (id, name, key) =>
      make("label", { class: "choice" }, make("input", { type: "checkbox", id, checked: state[name], onchange: (event) => {
        state[name] = event.target.checked;
        refilter();
      } }), t(key));
    const least = make("select", { id: "least", "aria-label": t("filters.least"), onchange: (event) => {
      state.least = Number(event.target.value);
      refilter();
    } }, make("option", { value: "-1" }, t("filters.any")), data.thresholds.map((step) => make("option", { value: String(step), selected: step === state.least }, money(step))));
    at("pane-filters").replaceChildren(
      make("p", { class: "soft" }, t("filters.says")),
      make("h3", {}, t("filters.instrument")),
      make("div", { class: "choices", id: "filter-instruments" }, data.instruments.filter((name) => instruments.has(name)).map((name) => choice("instrument", state.instruments, name, instruments.get(name), swatch(name)))),
      make("h3", {}, t("filters.status")),
      make("div", { class: "choices", id: "filter-statuses" }, data.statuses.filter((name) => statuses.has(name)).map((name) => choice("status", state.statuses, name, statuses.get(name)))),
      make("h3", {}, t("filters.least")),
      least,
      flag("undisclosed", "undisclosed", "filters.undisclosed"),
      flag("left", "left", "filters.left"),
      make("button", { type: "button", class: "button", id: "reset", onclick: reset }, t("filters.reset")),
    );
  };

  const reset = () => {
    state.instruments.clear();
    state.statuses.clear();
    Object.assign(state, { least: -1, undisclosed: true, left: false });
    showFilters();
    refilter();
    at("reset").focus();
  };

  const refilter = () => {
    draw();
    showTable();
    showTabs();
  };

  const showTabs = () => {
    at("tabs").replaceChildren(
      ...TABS.map((name) =>
        make(
          "button",
          {
            type: "button",
            role: "tab",
            id: `tab-${name}`,
            "aria-controls": `pane-${name}`,
            "aria-selected": String(state.tab === name),
            tabindex: state.tab === name ? "0" : "-1",
            onclick: () => openTab(name),
            onkeydown: (event) => {
              const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
              if (step) openTab(TABS[(TABS.indexOf(name) + step + TABS.length) % TABS.length], true);
            },
          },
          t(`tab.${name}`),
          name === "loops" && now.loops.length ? make("small", {}, tally()) : "",
          name === "filters" && filtered() ? make("span", { class: "dot", title: t("filters.on") }, " ●") : "",
        ),
      ),
    );
    TABS.forEach((name) => (at(`pane-${name}`).hidden = state.tab !== name));
  };

  const tally = () => ` ${now.loops.length}${now.snapshot.more || now.snapshot.moreUnpriced ? "+" : ""}`;

  const openTab = (name, focused = false) => {
    state.tab = name;
    showTabs();
    if (focused) at(`tab-${name}`).focus();
  };

  /* -- the table ----------------------------------------------------------- */

  const COLUMNS = {
    payer: (leg) => partyName(data.legs[leg].payer),
    payee: (leg) => partyName(data.legs[leg].payee),
    amount: (leg) => (isOpen(worth(leg)) ? -1 : high(worth(leg))),
    instrument: (leg) => t(`instrument.${data.legs[leg].instrument}`),
    status: (leg) => data.statuses.indexOf(now.states[leg].status),
    since: (leg) => now.states[leg].since,
    deal: (leg) => dealTitle(deals.get(data.legs[leg].deal)),
    counts: (leg) => (now.counted.has(leg) ? 1 : 0),
  };

  const showTable = () => {
    const known = data.legs.map((_, leg) => leg).filter((leg) => now.states[leg].status);
    const rows = known.filter((leg) => passes(leg) && legFits(leg));
    const { column, down } = state.sort;
    const compare = new Intl.Collator(state.language === "zh" ? "zh-CN" : "en").compare;
    const value = COLUMNS[column];
    rows.sort((a, b) => {
      const [one, other] = [value(a), value(b)];
      const order = typeof one === "number" ? one - other : compare(one, other);
      return (down ? -order : order) || a - b;
    });
    document.querySelectorAll("th[data-column]").forEach((head) => {
      const name = head.dataset.column;
      if (name === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
      let button = head.querySelector("button");
      if (!button) {
        button = make("button", { type: "button", onclick: () => {
          const same = state.sort.column === name;
          state.sort = { column: name, down: same ? !state.sort.down : name === "amount" };
          showTable();
        } });
        head.replaceChildren(button);
      }
      button.textContent = t(`column.${name}`);
    });
    const short = narrow.matches && !state.whole && rows.length > SHORT;
    at("rows").replaceChildren(...(short ? rows.slice(0, SHORT) : rows).map(tableRow));
    at("more").hidden = !short;
    at("more").textContent = t("table.more", { count: rows.length });
    at("table-says").textContent = t("table.says", { date: day(state.date), shown: rows.length, all: known.length });
  };

  at("more").addEventListener("click", () => {
    state.whole = true;
    showTable();
    at("rows").children[SHORT]?.querySelector("button")?.focus();
  });
  narrow.addEventListener("change", () => showTable());

  const tableRow = (leg) => {
    const { deal, payer, payee, instrument } = data.legs[leg];
    const standing = now.states[leg];
    const counts = now.counted.has(leg);
    const cell = (name, ...content) => make("td", { class: name }, ...content);
    const classes = [counts ? "" : "out", state.chosen?.deal === deal ? "chosen" : ""].filter(Boolean).join(" ");
    return make(
      "tr",
      { class: classes || undefined, "data-leg": String(leg) },
      cell("payer", partyName(payer)),
      cell("payee", partyName(payee)),
      cell("amount", money(worth(leg))),
      cell("instrument", swatch(instrument), t(`instrument.${instrument}`)),
      cell("status", t(`status.${standing.status}`)),
      cell("since", standing.since),
      cell("deal", link(dealTitle(deals.get(deal)), () => choose({ deal, leg }, { scroll: true, focus: true }))),
      cell("counts", counts ? t("counts.yes") : why(leg)),
    );
  };

  /* -- search -------------------------------------------------------------- */

  const search = at("search");
  let offers = [];
  let pointed = -1;

  const offer = () => {
    const query = state.query;
    const rank = (text) => (text.toLowerCase().startsWith(query) ? 0 : 1);
    offers = query
      ? [
          ...[...parties.keys()]
            .filter((id) => parties.get(id).spots && partyFits(id))
            .map((id) => ({ what: { party: id }, text: partyName(id), kind: t(`kind.${parties.get(id).kind}`) })),
          ...data.deals
            .filter((deal) => [deal.id, deal.title, deal.zh].some(fits))
            .map((deal) => ({ what: { deal: deal.id }, text: dealTitle(deal), kind: t("deal") })),
        ]
          .sort((a, b) => Boolean(a.what.deal) - Boolean(b.what.deal) || rank(a.text) - rank(b.text))
          .slice(0, 9)
      : [];
    pointed = -1;
    showOffers();
  };

  const showOffers = () => {
    const open = Boolean(state.query) && document.activeElement === search;
    at("found").hidden = !open;
    search.setAttribute("aria-expanded", String(open));
    if (pointed >= 0) search.setAttribute("aria-activedescendant", `found-${pointed}`);
    else search.removeAttribute("aria-activedescendant");
    at("found").replaceChildren(
      ...(offers.length
        ? offers.map(({ text, kind }, index) =>
            make(
              "li",
              { role: "option", id: `found-${index}`, "aria-selected": String(index === pointed), onpointerdown: (event) => {
                event.preventDefault();
                take(index);
              } },
              make("span", {}, text),
              make("small", {}, kind),
            ),
          )
        : [make("li", { role: "option", "aria-disabled": "true" }, t("search.none"))]),
    );
  };

  const take = (index) => {
    const found = offers[index];
    if (!found) return;
    search.value = "";
    state.query = "";
    offers = [];
    choose(found.what, { scroll: true });
    showOffers();
    showTable();
  };

  const ask = (text) => {
    state.query = text.trim().toLowerCase();
    offer();
    draw();
    showTable();
    if (state.query) say(t("live.found", { count: offers.length }));
  };

  search.addEventListener("input", () => ask(search.value));
  search.addEventListener("focus", () => showOffers());
  search.addEventListener("blur", () => showOffers());
  search.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && offers.length) {
      event.preventDefault();
      pointed = (pointed + step + offers.length + (pointed < 0 && step < 0 ? 1 : 0)) % offers.length;
      showOffers();
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(Math.max(0, pointed));
    }
  });

  /* -- choosing, switching, saying ----------------------------------------- */

  const say = (text) => (at("live").textContent = text);

  const choose = (what, { scroll = false, focus: focused = false, tab = "details" } = {}) => {
    state.chosen = what;
    if (what?.loop && !chosenLoop()) state.chosen = null;
    state.tab = tab;
    show();
    if (!state.chosen) say(t("live.cleared"));
    else if (what.party) {
      const totals = now.totals.get(what.party);
      const [pays, receives] = totals ? totals.map(money) : [t("nothing"), t("nothing")];
      say(t("live.party", { name: partyName(what.party), pays, receives }));
    } else if (what.deal) say(t("live.deal", { name: dealTitle(deals.get(what.deal)), count: deals.get(what.deal).legs.length }));
    else say(t("live.loop", { name: loopText(chosenLoop()), amount: loopAmount(chosenLoop()) }));
    if (focused) at(`pane-${tab}`).focus({ preventScroll: true });
    if (scroll && what && narrow.matches) at("panel").scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "nearest" });
    else if (scroll && what) at("picture").scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "nearest" });
  };

  /** Show the state in everything but the fixed words; keeps the keyboard's place in a list that is made anew. */
  const show = () => {
    const holder = document.activeElement?.closest?.(".pane");
    const index = holder ? [...holder.querySelectorAll("button")].indexOf(document.activeElement) : -1;
    showDetails();
    showLoops();
    showTabs();
    if (started) draw();
    showTable();
    remember();
    if (index >= 0 && !holder.hidden) holder.querySelectorAll("button")[index]?.focus({ preventScroll: true });
  };

  const resnap = () => {
    settle();
    if (state.chosen?.loop && !chosenLoop()) state.chosen = null;
    showNumbers();
    showFilters();
    show();
    at("says").textContent = t(`says.${state.preset}`);
    const { numbers } = now.snapshot;
    say(t("live.snapshot", {
      date: day(state.date),
      preset: t(`preset.${state.preset}`),
      consideration: t(`consideration.${state.consideration}`),
      circular: money(numbers.circular),
      gross: money(numbers.gross),
    }));
  };

  const buildSwitch = (id, options, act) => {
    const holder = at(id);
    holder.querySelectorAll("label").forEach((label) => label.remove());
    options.forEach(([value, text, note]) =>
      holder.append(
        make(
          "label",
          {},
          make("input", { type: "radio", name: id, value, checked: state[id] === value, onchange: () => {
            state[id] = value;
            act();
          } }),
          make("span", {}, text, note ? make("small", {}, ` ${note}`) : ""),
        ),
      ),
    );
  };

  const buildSwitches = () => {
    const note = (iso) => {
      if (iso === data.article) return t("as-of.article");
      return iso === data.asOf ? t("as-of.registry") : "";
    };
    buildSwitch("language", Object.entries(LANGUAGES), relabel);
    buildSwitch("theme", ["auto", "light", "dark"].map((name) => [name, t(`theme.${name}`)]), retheme);
    buildSwitch("date", data.dates.map((iso) => [iso, day(iso), note(iso)]), resnap);
    buildSwitch("preset", PRESETS.map((name) => [name, t(`preset.${name}`)]), resnap);
    buildSwitch("consideration", CONSIDERATIONS.map((name) => [name, t(`consideration.${name}`)]), resnap);
  };

  const ICONS = {
    "zoom.in": "M8 2v12M2 8h12",
    "zoom.out": "M2 8h12",
    "zoom.fit": "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
    picture: "M8 2v8M4.5 7 8 10.5 11.5 7M2 14h12",
  };

  const buildZoom = () => {
    const act = { "zoom.in": () => zoom(1.35), "zoom.out": () => zoom(1 / 1.35), "zoom.fit": () => fit(), picture: savePicture };
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
    const shapes = new Map(nodes.get().map((node) => [parties.get(node.id).kind, node.shape]));
    const used = new Set(data.legs.map((leg) => leg.instrument));
    const flows = new Set(data.legs.filter((leg) => !data.still.includes(leg.instrument)).map((leg) => leg.instrument));
    const part = (title, items, more) => make("section", {}, make("h3", {}, title), make("ul", { class: more }, items));
    const mark = (colour, thick, dashes, text) => make("li", {}, line(colour, thick, dashes), text);
    at("strip").replaceChildren(
      ...data.instruments.filter((name) => flows.has(name)).map((name) => mark(name, 4, "none", t(`instrument.${name}`))),
      mark("ink", 2.5, "6 3", t("line.unsigned")),
      mark("ink", 1.5, "1.5 3", t("line.undisclosed")),
    );
    at("key-body").replaceChildren(
      part(t("legend.money"), data.instruments.filter((name) => used.has(name)).map((name) => make("li", {}, line(name, 4), t(`instrument.${name}`)))),
      part(t("legend.line"), [
        make("li", {}, line("ink", 2.5), t("line.signed")),
        make("li", {}, line("ink", 2.5, "7 4"), t("line.unsigned")),
        make("li", {}, line("ink", 1.5, "1.5 3"), t("line.undisclosed")),
        make("li", {}, line("strong", 1.5, "2 4"), t("line.left")),
      ], "one"),
part(t("legend.width"), data.widths.map((step) => make("li", {}, line("ink", width(step)), money(step))), "one"),
      part(t("legend.parties"), data.kinds.filter((kind) => shapes.has(kind)).map((kind) => make("li", {}, icon(kind, SHAPES[shapes.get(kind)]), t(`kind.${kind}`)))),
      part(t("legend.amounts"), ["up-to", "incl", "plus", "floor", "least", "undisclosed"].map((key) => make("li", {}, make("b", {}, t(`amounts.${key}`)), t(`amounts.${key}.says`))), "one said"),
    );
  };

  /** Write every fixed word in the chosen language, then everything else. */
  const relabel = () => {
    document.documentElement.lang = state.language === "zh" ? "zh-Hans" : "en";
    document.title = t("title");
    document.querySelectorAll("[data-t]").forEach((node) => (node.textContent = t(node.dataset.t)));
    document.querySelectorAll("[data-label]").forEach((node) => node.setAttribute("aria-label", t(node.dataset.label)));
    search.placeholder = t("search");
    search.title = t("search.hint");
    frame.setAttribute("aria-label", `${t("graph")}. ${t("graph.help")}`);
    at("registry").textContent = t("registry", { digest: data.digest, date: day(data.asOf) });
    const held = document.activeElement?.name;
    buildSwitches();
    buildZoom();
    buildKey();
    resnap();
    if (held) document.querySelector(`input[name="${CSS.escape(held)}"]:checked`)?.focus();
  };

  const retheme = () => {
    document.documentElement.dataset.theme = state.theme;
    readColours();
    draw();
    remember();
  };

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", retheme);

  addEventListener("beforeprint", () => {
    document.documentElement.dataset.theme = "light";
    readColours();
    draw();
  });
  addEventListener("afterprint", retheme);

  addEventListener("hashchange", () => {
    recall();
    settleIn();
    document.documentElement.dataset.theme = state.theme;
    readColours();
    relabel();
  });

  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input[type=search], select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "Escape") {
      if (at("key").open && at("key").contains(document.activeElement)) at("key").open = false;
      else if (search.value) {
        search.value = "";
        ask("");
      } else if (state.chosen) choose(null, { tab: state.tab });
      else if (document.activeElement === search) search.blur();
    }
  });

  let pending = 0;
  new ResizeObserver(() => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => fit(false));
  }).observe(at("graph"));

  relabel();
  fit(false);
  started = true;

  /* What a test may look at: the same objects the page uses. */
  window.aiweb = { state, data, network, nodes, edges, labels: () => labels.map(({ id }) => id) };
})();
