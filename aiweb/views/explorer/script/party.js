/* -- a party ------------------------------------------------------------- */

/** The page has statements of exposure for some days and conventions only; none where something is left out. */
const statements = () => (state.consideration === "cash" && !state.off.size ? data.statements[`${world()}/${state.preset}`] : undefined);

const nameIn = (language, party) => party[language === "zh" ? "zh" : "name"];

const partyDetails = (id) => {
  const party = parties.get(id);
  const known = data.legs.map((_, leg) => leg).filter((leg) => now.states[leg].status && [data.legs[leg].payer, data.legs[leg].payee].includes(id));
  const legs = known.filter((leg) => now.counted.has(leg));
  const of = (mine) => legs.filter((leg) => data.legs[leg][mine] === id);
  const side = (mine, other, title) => {
    const rows = known.filter((leg) => data.legs[leg][mine] === id).sort((a, b) => now.counted.has(b) - now.counted.has(a) || bySize(a, b));
    return rows.length ? [make("h3", {}, title), list(rows.map((leg) => legRow(leg, partyName(data.legs[leg][other]))))] : [];
  };
  const whole = (mine, key) => {
    const own = of(mine);
    const what = () => explainSum(`${partyName(id)} · ${t(key)}`, t(`explain.${key}`), own, command("explain", "exposure", id));
    return make("div", {}, make("dt", {}, t(key)), make("dd", {}, own.length ? explained(written(summed(own.map(worth))), what) : t("nothing")));
  };
  const loops = now.loops.filter((loop) => loop.parties.includes(id));
  const other = state.language === "zh" ? "en" : "zh";
  const about = [t(`kind.${party.kind}`), party.country, party.ticker].filter(Boolean).join(" · ");
  return [
    back(),
    make("h2", {}, partyName(id), nameIn(other, party) === partyName(id) ? "" : make("small", { lang: other === "zh" ? "zh-Hans" : "en" }, ` ${nameIn(other, party)}`)),
    make("p", { class: "soft" }, about),
    party.outside ? make("p", { class: "soft" }, t("outside")) : "",
    party.also ? make("p", { class: "soft" }, `${t("also")} ${party.also.join(", ")}`) : "",
    party.parent ? make("p", { class: "soft" }, `${t("parent")} `, partyLink(party.parent)) : "",
    party.members ? make("p", { class: "soft" }, `${t("members")} `, ...party.members.flatMap((name, step) => [step ? ", " : "", partyLink(name)])) : "",
    party.note ? make("p", {}, party.note) : "",
    offSwitch(`party:${id}`),
    make("dl", { class: "both" }, whole("payer", "pays"), whole("payee", "receives")),
    legs.length ? make("p", { class: "soft" }, termed(t("legs.of", { count: legs.length, all: known.length }))) : "",
    amountsNote([...["payer", "payee"].map((mine) => summed(of(mine).map(worth))), ...known.map(worth)]),
    ...(legs.length ? [...statement(id), ...yearsOf(id, legs)] : []),
    ...gapPart(id),
    ...side("payer", "payee", t("pays.to")),
    ...side("payee", "payer", t("receives.from")),
    ...(loops.length ? [make("h3", {}, t("loops.through", { name: partyName(id) })), list(loops.map(loopRow))] : []),
    ...figuresOf(id),
    where(place.party(id)),
  ];
};

/** The most that can be: more, where no upper limit is known of something on the way. */
const atMost = (number) => {
  const { unbounded, ...bare } = data.money[number];
  return written(bare) + (unbounded ? t("or-more") : "");
};

/** What can come back to a party, what of its sales it can have paid for, on whom it hangs, and who on it. */
const statement = (id) => {
  const found = statements()?.parties[id];
  const title = make("h3", {}, t("statement"));
  if (!found) {
    const stops = [...new Set(Object.keys(data.statements).map((key) => key.split("/")[0]))].filter((stop) => data.statements[`${stop}/${state.preset}`] || stop === data.asOf);
    const go = (stop) => () => {
      const preset = data.statements[`${stop}/${state.preset}`] ? state.preset : "contracted";
      Object.assign(state, { date: stop, whatif: "", consideration: "cash", preset, off: new Set() });
      buildSwitches();
      resnap(true);
    };
    const ways = stops.flatMap((stop) => [" ", link(`${day(stop)}, ${t(`preset.${data.statements[`${stop}/${state.preset}`] ? state.preset : "contracted"}`)}`, go(stop))]);
    return [title, make("p", { class: "soft" }, t("statement.none"), ways), copied(command("exposure", id))];
  }
  const row = (text, value, what) => [make("dt", {}, text), make("dd", {}, explained(value, what))];
  const rows = [];
  const top = found.trips.find(({ at: bound }) => bound === "high");
  const trip = (key) => () => {
    const steps = found.trips.flatMap((one) => [
      { text: t(`bound.${one.at}`), head: true },
      { text: t("pays"), amount: one.paid },
      ...["least", "pro-rata", "most", "later", "limit"].filter((name) => one[name] !== undefined).map((name) => ({ text: t(`trip.${name}`), amount: atMost(one[name]), sum: name === key })),
    ]);
    return explainCut(`${partyName(id)} · ${t(`trip.${key}`)}`, t(`trip.${key}.says`), steps, top.carriers, command("exposure", id), top.open);
  };
  if (top) for (const key of ["least", "pro-rata", "most", "later"]) rows.push(row(t(`trip.${key}`), atMost(top[key]), trip(key)));
  if (found.sales) {
    const { committed, lines } = found.sales;
    const what = () =>
      explainCut(
        `${partyName(id)} · ${t("sales")}`,
        t("sales.says"),
        [
          { text: t("sales.committed"), amount: committed },
          ...lines.flatMap(({ put, direct, through, share: part }, step) => [
            { text: t(`sales.${step}`), head: true },
            { text: t("sales.put"), amount: put },
            { text: t("sales.direct"), amount: atMost(direct) },
            { text: t("sales.through"), amount: atMost(through) },
            { text: t("sales.share"), amount: part || t("none"), sum: true },
          ]),
        ],
        lines[0].carriers,
        command("selffunded", id),
      );
    rows.push(row(t("sales"), `${atMost(lines[0].through)}${lines[0].share ? ` · ${lines[0].share}` : ""}`, what));
  }
  for (const [direction, count, index, effective] of found.concentration) {
    const legs = [...now.counted.keys()].filter((leg) => data.legs[leg][direction === "in" ? "payee" : "payer"] === id);
    const others = new Map();
    for (const leg of legs) {
      const other = data.legs[leg][direction === "in" ? "payer" : "payee"];
      others.set(other, [...(others.get(other) || []), worth(leg)]);
    }
    const sums = [...others].map(([other, amounts]) => [other, summed(amounts)]).sort(([, a], [, b]) => b.high - a.high);
    const all = sums.reduce((sum, [, amount]) => sum + amount.high, 0);
    const what = () => ({
      title: `${partyName(id)} · ${t(`concentration.${direction}`)}`,
      says: t("concentration.says"),
      steps: [
        ...sums.map(([other, amount]) => ({ text: `${partyName(other)} · ${written(amount)}`, amount: amount.high ? `${((100 * amount.high) / all).toFixed(1)}%` : t("none") })),
        { text: t("concentration.index"), amount: index, sum: true },
        { text: t("concentration.effective"), amount: effective, sum: true },
      ],
      legs,
      command: command("exposure", id),
    });
    rows.push(row(t(`concentration.${direction}`), t("concentration.as", { count, effective }), what));
  }
  // Shares are of what is published: where that is the lesser part of what comes in, one has to know.
  const unsaid = (of) => {
    const legs = [...now.counted.keys()].filter((leg) => data.legs[leg].payee === of);
    const count = legs.filter((leg) => data.money[worth(leg)].undisclosed).length;
    return { name: partyName(of), count, all: legs.length, most: 2 * count > legs.length };
  };
  const hangs = (key) =>
    found[key].flatMap((one) => {
      const [of, on] = key === "on" ? [id, one.party] : [one.party, id];
      const names = { of: partyName(of), on: partyName(on) };
      const what = () =>
        explainCut(
          t("depends.title", names),
          t("depends.says", names),
          [{ text: t("depends.receipts", names), amount: one.receipts }, ...["direct", "least", "passed", "most"].map((name) => ({ text: t(`depends.${name}`, names), amount: one[name] }))],
          one.carriers,
          command("explain", "dependency", id),
        );
      return [make("dt", {}, partyLink(one.party)), make("dd", {}, explained(one.least === one.most ? one.most : `${one.least}–${one.most}`, what), " ", make("small", {}, [key === "by" && unsaid(of).most ? t("depends.open-of", unsaid(of)) : "", t("depends.published", { amount: money(one.receipts) })]))];
    });
  const depends = (key) => (found[key].length ? [make("h4", {}, t(`depends.${key}`)), key === "on" && unsaid(id).most ? make("p", { class: "warn" }, t("depends.open", unsaid(id))) : "", make("dl", { class: "facts" }, hangs(key))] : []);
  return rows.length || found.on.length || found.by.length
    ? [title, make("p", { class: "soft" }, t("statement.says")), make("dl", { class: "facts" }, rows.flat()), ...depends("on"), ...depends("by")]
    : [];
};

/** Cash and shortfall of a party, small, unless the view beside shows it at length. */
const gapPart = (id) => {
  const row = state.view === "gap" ? undefined : gapOf(id);
  const paths = row && !row.refused ? grouped(row.paths) : [];
  if (!paths.length) return [];
  const own = paths.filter(({ overlap }) => overlap === paths[0].overlap);
  const svg = cashChart(row, own, 340);
  const [clip, ...clipped] = svg.querySelectorAll("clipPath, [clip-path]");
  clip.id = "under-panel";
  clipped.forEach((node) => node.setAttribute("clip-path", "url(#under-panel)"));
  return [
    make("h3", {}, t("gap.title")),
    make("p", { class: "soft" }, t(`overlap.${paths[0].overlap}`)),
    make("div", { class: "drawn" }, svg),
    make("ul", { class: "verdicts" }, own.map((path) => verdictRow(row, path))),
    link(t("gap.whole"), () => openView("gap")),
  ];
};

/** What comes in and goes out in each calendar year, as far as sources put it there. */
const yearsOf = (id, legs) => {
  const found = statements()?.years;
  if (!found) return [];
  const mine = new Set(legs);
  const rows = found.map(([year, parts]) => {
    const own = parts.filter(([leg]) => mine.has(leg));
    const side = (end) => own.filter(([leg]) => data.legs[leg][end] === id);
    return { year, in: side("payee"), out: side("payer") };
  }).filter((row) => row.in.length || row.out.length);
  const sum = (parts) => summed(parts.map(([, amount]) => amount));
  const dated = rows.filter(({ year }) => year);
  const loose = rows.find(({ year }) => !year);
  const what = (row, key) => () => ({
    title: `${partyName(id)} · ${t(`years.${key}`)} · ${row.year ? row.year + t("year") : t("years.none")}`,
    says: t(row.year ? "years.says" : "years.loose"),
    steps: [...row[key].map(([leg, amount]) => ({ text: arrow(data.legs[leg].payer, data.legs[leg].payee), amount })), { text: t("explain.together"), amount: sum(row[key]), sum: true }],
    legs: row[key],
    command: row.year ? `${command("exposure", id)} --from ${row.year} --to ${row.year}` : command("exposure", id),
  });
  const most = Math.max(...dated.flatMap((row) => [sum(row.in).high, sum(row.out).high]), 1);
  const [wide, half] = [320, 62];
  const x = band(dated.map(({ year }) => year), [4, wide - 4], 0.25);
  const thin = x.width < 22;
  const bars = (row, key) => {
    if (!row[key].length) return [];
    const amount = sum(row[key]);
    const tall = (value) => (half * value) / most;
    const rect = (value, name) => drawing("rect", { x: x(row.year), width: x.width, y: key === "in" ? half - tall(value) + 4 : half + 5, height: tall(value), class: `${key} ${name}` });
    // Where nothing is known of an amount, a mark of its own says that it is there.
    const open = isUnknown(amount) ? [drawing("circle", { cx: x(row.year) + x.width / 2, cy: key === "in" ? half - 2 : half + 11, r: 3, class: "open" })] : [];
    return [svgMark({ said: [`${row.year} · ${t(`years.${key}`)}`, written(amount)], act: () => explain(what(row, key)()), key: `${key}${row.year}` }, drawing("rect", { x: x(row.year), width: x.width, y: key === "in" ? 4 : half + 5, height: half, class: "bare" }), rect(amount.high, "light"), rect(amount.low, "full"), ...open)];
  };
  const svg = chartSvg(
    wide,
    2 * half + 26,
    t("years"),
    drawing("path", { class: "grid", d: `M0 ${half + 4.5}H${wide}` }),
    ...dated.flatMap((row) => [...bars(row, "in"), ...bars(row, "out")]),
    ...dated.filter((_, step) => !thin || step % 2 === 0).map(({ year }) => label(x(year) + x.width / 2, 2 * half + 20, dated.length > 8 ? `’${String(year).slice(2)}` : String(year), { anchor: "middle" })),
  );
  const range = (parts) => [sum(parts).low, sum(parts).high, sum(parts).undisclosed];
  const table = () => rows.map((row) => [row.year ? String(row.year) : t("years.none"), ...range(row.in), ...range(row.out)]);
  const rest = (key) => (loose?.[key].length ? [make("dt", {}, t(`years.${key}`)), make("dd", {}, explained(written(sum(loose[key])), what(loose, key)))] : []);
  return [
    dated.length
      ? chart({
        title: t("years"),
        says: t("years.chart", { most: brief(most) }),
        legend: legend([{ colour: "accent", text: t("years.in") }, { colour: "warn", text: t("years.out") }, { colour: "muted", text: t("years.range"), kind: "light" }]),
        svg,
        columns: ["year", "in-low", "in-high", "in-undisclosed", "out-low", "out-high", "out-undisclosed"],
        rows: table,
        key: `years:${id}`,
      })
      : make("h3", {}, t("years")),
    ...(loose ? [make("p", { class: "soft" }, t("years.loose")), make("dl", { class: "facts" }, rest("in"), rest("out"))] : []),
  ];
};

/** The latest figures that were known on the day, each with its sources. */
const figuresOf = (id) => {
  const rows = data.figures[world()]?.[id];
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
        make("small", {}, [when(period), kind === "reported" ? "" : t(`figure.${kind}`), note].filter(Boolean).join(" · ")),
      ),
      make("td", {}, explained(amount === undefined ? percent : money(amount), () => figureSays(id, { metric, amount, percent, counterparty, segment, period, kind, note, sources })), make("small", {}, sources.map((number) => `[${cited.indexOf(number) + 1}]`).join(""))),
    );
  return [
    make("h3", {}, t("figures")),
    make("p", { class: "soft" }, t("figures.says", { date: day(today()) })),
    make("table", { class: "figures" }, make("tbody", {}, [...rows].sort((a, b) => order(a) - order(b)).map(figureRow))),
    make("details", {}, make("summary", {}, t("figures.sources", { count: cited.length })), make("ol", { class: "sources" }, cited.map((number, index) => sourceRow(data.sources[number], index + 1)))),
  ];
};

/** Say what a figure is, of when, and who published it; nothing is computed. */
const figureSays = (id, { metric, amount, percent, counterparty, segment, period, kind, note, sources }) => ({
  title: [partyName(id), t(`metric.${metric}`)].join(" · "),
  says: [when(period), counterparty && partyName(counterparty), segment, t(`figure.${kind}`), note].filter(Boolean).join(" · "),
  steps: [{ text: t("figure.published"), amount: amount ?? percent }],
  more: make("ol", { class: "sources" }, sources.map((number, index) => sourceRow(data.sources[number], index + 1))),
  notes: [],
  command: command("show", id),
});
