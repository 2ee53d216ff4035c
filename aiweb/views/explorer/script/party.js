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
