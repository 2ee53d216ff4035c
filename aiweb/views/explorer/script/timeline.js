/* -- the view of time ---------------------------------------------------- */

state.grouped = "year";
keepWord("grouped", () => ["year", "party"], "year");
state.span = "3";
keepWord("span", () => ["1", "3", "all"], "3");
const LIVES = 60;
let livesMost = LIVES;

/** What is known of the deals that pass: when each became known, until when it ran, and what of it counts. */
const livesOf = () => {
  const { legs, lit } = shownLegs();
  const found = new Map();
  for (const leg of legs) {
    const { deal } = data.legs[leg];
    (found.get(deal) || found.set(deal, []).get(deal)).push(leg);
  }
  return [...found].map(([id, own]) => {
    const deal = deals.get(id);
    const events = [...deal.events].sort((a, b) => (a.known < b.known ? -1 : Number(a.known > b.known)));
    const past = events.filter(({ known }) => known <= today());
    const status = now.states[own[0]].status;
    const over = ENDED.has(status) && [...past].reverse().find((event) => event.status === status);
    const largest = [...own].sort(bySize)[0];
    return {
      id,
      deal,
      legs: own,
      events,
      past,
      status,
      from: events[0].known,
      to: over ? over.known : today(),
      sum: summed(own.map(worth)),
      instrument: data.legs[largest].instrument,
      payer: data.legs[largest].payer,
      dim: Boolean(lit) && !own.some((leg) => lit.has(leg)),
    };
  });
};

/** The axis of days, whose last tick is not cut however wide its letters are. */
const daysAxis = (x, wide, from, to, more = {}) => {
  const made = axis(x, { side: "bottom", from, to, wanted: Math.floor(wide / 95), ...more });
  made.querySelectorAll("g").forEach((tick) => {
    const spot = Number.parseFloat(tick.getAttribute("transform").slice(10));
    const text = tick.querySelector("text");
    if (spot > wide - 40) for (const [name, value] of Object.entries({ x: (wide - 2 - spot).toFixed(1), "text-anchor": "end" })) text.setAttribute(name, value);
  });
  return made;
};

const showTimeline = (box) => {
  const lives = livesOf();
  const chosen = state.chosen?.deal;
  const bySum = [...lives].sort((a, b) => (b.id === chosen) - (a.id === chosen) || b.sum.high - a.sum.high || (a.id < b.id ? -1 : 1));
  const kept = bySum.slice(0, livesMost);
  const left = lives.length - kept.length;
  const known = data.deals.filter((deal) => deal.events.every((event) => event.known > today())).length;
  const wide = roomy(box);
  const pick = (name, values) =>
    options(name, t(`time.${name}`), values.map((value) => [value, t(`time.${name}-${value}`)]), state[name], (value) => {
      state[name] = value;
      reshow();
      remember(true);
    });
  const last = data.dates.at(-1);
  const first = [...kept.map(({ from }) => from), data.dates[0]].sort()[0];
  const since = state.span === "all" ? first : `${Number(last.slice(0, 4)) - Number(state.span)}${last.slice(4, 8)}01`;
  const span = [since > first ? since : first, last];
  const side = wide < 640 ? 8 : Math.min(300, wide * 0.32);
  const x = calendar(span, [side, wide - 26]);
  renew(
    box,
    make("div", { class: "controls" }, pick("span", ["all", "3", "1"]), pick("grouped", ["year", "party"])),
    data.dates.length > 1 ? growthChart(x, wide, side, span) : "",
    chart({
      key: "lives",
      title: t("time.lives"),
      says: [
        t("time.lives.says", { shown: kept.length, all: lives.length, date: day(today()) }),
        known ? t("time.later", { count: known }) : "",
      ].filter(Boolean).join(" "),
      legend: make("ul", { class: "legend" },
        ["talks", "letter-of-intent", "announced", "signed", "closed", "completed", "cancelled"].map((status) => make("li", {}, drawing("svg", { viewBox: "-7 -7 14 14", width: 14, height: 14, "aria-hidden": "true" }, stageShape({ status, known: "" })), t(status === "cancelled" ? "time.ended" : `status.${status}`))),
        make("li", {}, drawing("svg", { viewBox: "-7 -7 14 14", width: 14, height: 14, "aria-hidden": "true" }, stageShape({ known: "" })), t("time.change")),
        make("li", {}, make("i", { class: "line", colour: "ink", "aria-hidden": "true" }), t("line.signed")),
        make("li", {}, make("i", { class: "dash", colour: "ink", "aria-hidden": "true" }), t("line.unsigned"))),
      svg: kept.length ? livesChart(kept, x, wide, side) : make("p", {}, t("graph.empty")),
      ...VIEWS.timeline.rows(),
    }),
    left ? make("button", { type: "button", class: "button", "data-key": "more", onclick: () => {
      livesMost += LIVES;
      reshow();
    } }, t("time.more", { count: Math.min(left, LIVES) })) : "",
  );
};

/** What was known to be promised, and how much of it could be cancelled, on each day of the registry's life. */
const growthRows = () =>
  data.dates.map((iso) => {
    const { gross, circular, undisclosed, unknown } = data.snapshots[`${iso}/${state.preset}/${state.consideration}`].numbers;
    return { iso, gross: data.money[gross], circular: data.money[circular], undisclosed, unknown };
  });

const growthChart = (x, wide, side, span) => {
  const rows = growthRows();
  const inside = rows.filter(({ iso }) => iso >= span[0]);
  // The last day before the first one shown, so that lines come from where they were.
  const before = rows[rows.length - inside.length - 1];
  const seen = before ? [{ ...before, iso: span[0], quiet: true }, ...inside] : inside;
  const [top, base] = [14, 180];
  const left = side === 8 ? 8 : side;
  const y = linear([0, Math.max(1, ...seen.map(({ gross }) => gross.high))], [base, top]);
  const path = (name, bound, points = seen) => points.map((row) => `${x(row.iso).toFixed(1)} ${y(row[name][bound]).toFixed(1)}`);
  const area = (name) => {
    const shape = (points, kind) => drawing("path", { class: `area ${kind}`, d: `M${path(name, "high", points).join("L")}L${path(name, "low", points).reverse().join("L")}z` });
    const line = (points, bound, kind) => drawing("path", { class: `course ${kind}`, d: `M${path(name, bound, points).join("L")}` });
    const past = seen.filter(({ iso }) => iso <= today());
    const later = seen.slice(Math.max(0, past.length - 1));
    return drawing("g", { class: name }, shape(past, ""), shape(later, "later"), line(past, "high", ""), line(past, "low", "thin"), line(later, "high", "later"), line(later, "low", "thin later"));
  };
  const dots = seen.filter(({ quiet }) => !quiet).map((row, place, all) => {
    const spot = x(row.iso);
    const [from, to] = [place ? (x(all[place - 1].iso) + spot) / 2 : spot - 6, place < all.length - 1 ? (x(all[place + 1].iso) + spot) / 2 : spot + 8];
    const said = [day(row.iso), `${t("number.gross")} ${written(row.gross)}${row.undisclosed ? ` (${t("legs.undisclosed", { count: row.undisclosed })})` : ""}`, `${t("number.circular")} ${written(row.circular)}${row.unknown ? ` (${t("legs.unknown", { count: row.unknown })})` : ""}`];
    return svgMark(
      { said, act: () => goTo(row.iso), on: row.iso === state.date, key: `day:${row.iso}`, class: "stop" },
      drawing("rect", { class: "reach", x: from.toFixed(1), y: top, width: Math.max(2, to - from).toFixed(1), height: base - top }),
      drawing("circle", { cx: spot.toFixed(1), cy: y(row.gross.high).toFixed(1), r: 3.5 }),
      drawing("circle", { class: "circular", cx: spot.toFixed(1), cy: y(row.circular.high).toFixed(1), r: 3.5 }),
    );
  });
  const grid = axis(y, { side: "left", from: left, to: wide - 26, wanted: 4 });
  if (side === 8) grid.querySelectorAll("text").forEach((text) => Object.entries({ x: left + 2, y: -3, "text-anchor": "start" }).forEach(([name, value]) => text.setAttribute(name, value)));
  return chart({
    key: "growth",
    title: t("time.growth"),
    says: [t("time.growth.says", { preset: t(`preset.${state.preset}`) }), state.whatif || state.off.size ? t("time.growth.plain") : ""].filter(Boolean).join(" "),
    legend: legend([{ colour: "muted", text: t("number.gross"), kind: "light" }, { colour: "equity", text: t("number.circular"), kind: "light" }, { colour: "accent", text: day(today()), kind: "dash" }]),
    svg: roving(chartSvg(wide, 206, t("time.growth"), grid, daysAxis(x, wide, top, base, { grid: false }), area("gross"), area("circular"), todayLine(x, top, base), ...dots)),
    columns: ["day", "gross-low", "gross-high", "gross-undisclosed", "circular-low", "circular-high"],
    rows: () => rows.map(({ iso, gross, circular, undisclosed }) => [iso, gross.low, gross.unbounded ? "" : gross.high, undisclosed, circular.low, circular.unbounded ? "" : circular.high]),
  });
};

const todayLine = (x, top, base) => drawing("path", { class: "today", d: `M${x(today()).toFixed(1)} ${top}V${base}` });

const livesChart = (lives, x, wide, side) => {
  const slim = side === 8;
  const tallRow = slim ? 36 : 22;
  const groups = new Map();
  for (const life of [...lives].sort((a, b) => (a.from < b.from ? -1 : Number(a.from > b.from)) || b.sum.high - a.sum.high)) {
    const key = state.grouped === "year" ? life.from.slice(0, 4) : life.payer;
    (groups.get(key) || groups.set(key, []).get(key)).push(life);
  }
  const size = (rows) => rows.reduce((sum, life) => sum + life.sum.high, 0);
  const order = [...groups].sort(state.grouped === "year" ? undefined : ([, a], [, b]) => size(b) - size(a));
  const most = Math.max(1, ...lives.map(({ sum }) => sum.high));
  const clip = (iso) => (iso < x.from ? x.from : iso);
  const heads = [];
  const marks = [];
  let y = 6;
  for (const [key, rows] of order) {
    y += 20;
    heads.push(label(2, y - 5, state.grouped === "year" ? key : `${partyName(key)} · ${t("pays")}`, { class: "strong" }), drawing("path", { class: "grid", d: `M0 ${y + 1}H${wide}` }));
    for (const life of rows) {
      marks.push(lifeMark(life, { x, y, wide, side, slim, tallRow, most, clip }));
      y += tallRow;
    }
  }
  return roving(
    chartSvg(wide, y + 24, t("time.lives"), daysAxis(x, wide, 20, y + 4), ...heads, todayLine(x, 6, y + 4), ...marks),
  );
};

const lifeMark = (life, { x, y, wide, side, slim, tallRow, most, clip }) => {
  const { deal, past, events, sum, status } = life;
  const middle = y + (slim ? 25 : tallRow / 2);
  const thick = isUnknown(sum) ? 1.5 : 1.5 + 8 * Math.sqrt(sum.high / most);
  const parts = past.map((event, place) => {
    const stands = [...past.slice(0, place + 1)].reverse().find((one) => one.status)?.status;
    const [from, to] = [clip(event.known), clip(past[place + 1]?.known || life.to)];
    const firm = SIGNED.has(stands);
    return from < to && !(ENDED.has(stands) && stands !== "completed")
      ? drawing("path", { class: "life", d: `M${x(from).toFixed(1)} ${middle}H${x(to).toFixed(1)}`, "stroke-width": thick.toFixed(1), "stroke-dasharray": isUnknown(sum) ? "1 4" : firm ? "none" : "6 4" })
      : null;
  });
  const shapes = events.filter(({ known }) => known >= x.from && known <= x.to).map((event) => drawing("g", { transform: `translate(${x(event.known).toFixed(1)} ${middle})` }, stageShape(event)));
  const amount = compact(sum);
  const room = slim ? wide - 16 : side - 16;
  const text = `${shortened(dealTitle(deal), room - pixels(amount) - 8)} `;
  const said = [
    dealTitle(deal),
    written(sum),
    `${t(`status.${status}`)}, ${t("column.since")} ${now.states[life.legs[0]].since}`,
    ...past.slice(-4).map((event) => `${event.known}: ${[event.status ? t(`status.${event.status}`) : "", event.amount === undefined ? "" : money(event.amount), event.paid === undefined ? "" : `${t("field.paid")} ${money(event.paid)}`].filter(Boolean).join(", ") || "·"}`),
  ];
  const mark = svgMark(
    { said, act: toggled({ deal: life.id }), on: state.chosen?.deal === life.id, dim: life.dim, key: `deal:${life.id}`, class: "row-mark" },
    drawing("rect", { class: "reach", x: 0.5, y: y + 1, width: wide - 1, height: tallRow - 1 }),
    drawing("text", { x: slim ? 4 : side - 10, y: slim ? y + 14 : middle + 4, "text-anchor": slim ? "start" : "end" }, text, drawing("tspan", { class: "strong" }, amount)),
    ...(events[0].known < x.from ? [label(x(x.from) - 2, middle + 4, "‹", { anchor: "end", class: "faint" })] : []),
    drawing("g", {}, ...parts.filter(Boolean)),
    ...shapes,
  );
  mark.querySelector("g").style.color = `var(--${life.instrument})`;
  return mark;
};

VIEWS.timeline = {
  show: showTimeline,
  rows: () => ({
    columns: ["deal", "known", "until", "status", "low", "high", "undisclosed", "events"],
    rows: livesOf()
      .sort((a, b) => (a.from < b.from ? -1 : Number(a.from > b.from)) || (a.id < b.id ? -1 : 1))
      .map(({ deal, from, to, status, sum, past }) => [
        dealTitle(deal),
        from,
        ENDED.has(status) ? to : "",
        t(`status.${status}`),
        ...ranged(sum),
        past.map((event) => [event.known, event.status ? t(`status.${event.status}`) : "", event.amount === undefined ? "" : money(event.amount), event.paid === undefined ? "" : `${t("field.paid")} ${money(event.paid)}`].filter(Boolean).join(" ")).join("; "),
      ]),
  }),
};
