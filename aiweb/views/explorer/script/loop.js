/* -- a loop, and what two parties pay each other ----------------------------- */

const explainLoop = (loop) => {
  const rank = now.loops.indexOf(loop) + 1;
  const through = loop.parties.flatMap((id) => ["--through", id]);
  return {
    title: loopText(loop),
    says: t(loop.amount === undefined ? "explain.loop-open" : "explain.loop"),
    steps: [
      ...loop.hops.map((hop, step) => ({ text: [arrow(hop.from, hop.to), t(`side.${hop.side}`), ...hopNotes(loop, step)].join(" · "), amount: hop.amount })),
      { text: t("explain.narrowest"), amount: loopAmount(loop), sum: true },
    ],
    legs: loop.legs,
    command: rank <= now.priced || !now.snapshot.more ? command("explain", "loop", String(rank)) : command("loops", ...through),
  };
};

const loopDetails = (loop) => [
  back(),
  make("h2", {}, explained(loopAmount(loop), () => explainLoop(loop))),
  make("p", {}, chain(loop)),
  make("div", { class: "ring" }, ring(loop, 300)),
  make("p", { class: "soft" }, t("loops.says")),
  amountsNote([loop.amount, ...loop.hops.map((hop) => hop.amount)]),
  ...loop.hops.flatMap((hop, step) => [
    make(
      "h3",
      {},
      `${step + 1} · ${arrow(hop.from, hop.to)} · ${t(`side.${hop.side}`)} · `,
      explained(money(hop.amount), () => explainSum(arrow(hop.from, hop.to), t("explain.hop", { side: t(`side.${hop.side}`) }), hop.legs, explainLoop(loop).command)),
      hopNotes(loop, step).map((note) => make("span", { class: "warn" }, ` · ${note}`)),
    ),
    list(hop.legs.map((leg) => legRow(leg, dealTitle(deals.get(data.legs[leg].deal))))),
  ]),
];

/** All that two parties pay each other, which of it counts, and the loops that it is part of. */
const pairDetails = (pair) => {
  const [one, other] = pair.split(">");
  const side = (from, to) => {
    const legs = data.legs.map((_, leg) => leg).filter((leg) => data.legs[leg].payer === from && data.legs[leg].payee === to && now.states[leg].status);
    if (!legs.length) return [];
    const counted = legs.filter((leg) => now.counted.has(leg));
    const sum = () => explainSum(arrow(from, to), t("explain.pair"), counted, command("explain", "exposure", from, to));
    return [
      make("h3", {}, `${arrow(from, to)} · `, counted.length ? explained(written(summed(counted.map(worth))), sum) : t("nothing")),
      list(legs.sort((a, b) => now.counted.has(b) - now.counted.has(a) || bySize(a, b)).map((leg) => legRow(leg, dealTitle(deals.get(data.legs[leg].deal))))),
    ];
  };
  const loops = now.loops.filter((loop) => loop.hops.some((hop) => (hop.from === one && hop.to === other) || (hop.from === other && hop.to === one)));
  const narrow = loops.filter((loop) => loop.narrow.some((hop) => [one, other].includes(data.hops[hop].from) && [one, other].includes(data.hops[hop].to)));
  return [
    back(),
    make("h2", {}, partyLink(one), " ↔ ", partyLink(other)),
    ...side(one, other),
    ...side(other, one),
    ...(narrow.length ? [make("h3", {}, t("pair.narrow")), list(narrow.map(loopRow))] : []),
    ...(loops.length > narrow.length ? [make("h3", {}, t("pair.loops")), list(loops.filter((loop) => !narrow.includes(loop)).map(loopRow))] : []),
  ];
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
      return make("small", {}, link(arrow(payer, payee), act), `: ${why(leg)}`);
    }),
  );
