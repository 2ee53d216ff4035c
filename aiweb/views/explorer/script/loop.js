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
