/* -- the view of stress -------------------------------------------------- */

state.fail = "";
keepWord("fail", () => [...parties.keys()], "");

const CASES = ["ample", "none"];
const dollars = (amount) => written(flat(amount));
const both = ([one, other]) => (one === other ? dollars(one) : t("stress.both", { ample: dollars(one), none: dollars(other) }));
const names = (ids) => (ids.length ? ids.flatMap((id, step) => [step ? ", " : "", partyLink(id)]) : t("stress.nobody"));
const kindOf = (id) => (parties.get(id).outside ? "outside" : parties.get(id).kind);
const kindText = (kind) => t(kind === "outside" ? "stress.outside" : `kind.${kind}`);

/** Let a party pay nothing, or nobody. */
const makeFail = (id) => {
  state.fail = id;
  show(true);
  say(t("stress.live", { name: id ? partyName(id) : t("stress.nobody") }));
};

const stressNow = () => {
  const found = data.stress[world()];
  return found && { found, run: found.each.find(({ party }) => party === state.fail) || found.alone };
};

/** Bars from nothing: dark to what is so in the better case, light to what is in the worse. */
const barsChart = (rows, wide, says) => {
  const left = Math.min(190, wide * 0.32);
  const [step, top] = [30, 6];
  const tall = top + rows.length * step + 24;
  const most = Math.max(1, ...rows.map(({ to }) => Math.max(...to)));
  const x = linear([0, most], [left, wide - 116]);
  const marks = rows.map(({ name, to, text, said, act, on, key, colour = "accent" }, place) => {
    const y = top + place * step;
    const bar = (kind, end) => drawing("rect", { class: `bar ${kind}`, x: left, y: y + 5, width: Math.max(1, x(end) - left), height: 16 });
    const node = svgMark(
      { said, act, on, key },
      drawing("rect", { class: "target", x: 0, y, width: wide, height: step - 2 }),
      bar("conditional", Math.max(...to)),
      bar("contractual", Math.min(...to)),
      label(left - 8, y + 17, shortened(name, left - 14), { anchor: "end" }),
      label(x(Math.max(...to)) + 6, y + 17, text),
    );
    node.style.color = `var(--${colour})`;
    return node;
  });
  return chartSvg(wide, tall, says, axis(x, { side: "bottom", from: top + rows.length * step, to: top, wanted: wide < 500 ? 2 : 5 }), ...marks);
};

/** Why a party of which cash is known fails in the worse case only: what it owes may be more than in the better one. */
const whyWorse = (run, [party, ample, round], { unknown }) => {
  if (ample || round > 1 || party === run.party || unknown.includes(party)) return "";
  const legs = [...new Set(run.unpaidLegs.filter(([leg, , debtor]) => {
    const { undisclosed, low, high: upper } = data.money[data.states[world()][leg].amount] || {};
    return debtor === party && (undisclosed || low < upper);
  }).map(([leg]) => leg))];
  const titles = [...new Set(legs.map((leg) => data.legs[leg].deal))];
  if (!titles.length) return make("small", { class: "why" }, t("stress.in-range"));
  return make("small", { class: "why" }, `${t("stress.of-range")} `, titles.flatMap((deal, step) => [step ? ", " : "", legLink(legs.find((leg) => data.legs[leg].deal === deal))]));
};

/** Whether a party fails in a case though the party made to fail should pay. */
const failsAnyway = ({ alone }, party, place) => alone.failures.some((row) => row[0] === party && row[1 + place]);

const roundsOf = (found, run, place, fits = () => true, first = t("stress.by-itself")) => {
  const rows = run.failures.filter((row) => row[1 + place] && fits(row, place));
  const rounds = [...new Set(rows.map((row) => row[1 + place]))].sort((a, b) => a - b);
  return make(
    "section",
    { class: "rounds" },
    make("h4", {}, t(`stress.${CASES[place]}`)),
    make("p", { class: "soft" }, t(`stress.${CASES[place]}.says`)),
    rounds.length
      ? make("ol", {}, rounds.map((round) => make(
          "li",
          {},
          make("b", {}, t("stress.round", { round })),
          make("small", {}, round === 1 ? first : t("stress.because")),
          make("ul", {}, rows.filter((row) => row[1 + place] === round).map((row) => make("li", {}, partyLink(row[0]), ` ${t("stress.unpaid-of", { unpaid: dollars(row[3 + place]), owed: dollars(row[6]) })}`, place ? whyWorse(run, row, found) : ""))),
        )))
      : make("p", {}, t(run.party ? "stress.none-here" : "stress.all-pay")),
  );
};

/** What follows if a party pays nothing: who fails because of it, and who is not paid most. */
const answerParts = (run) => {
  const [fall, perhaps] = [run.fall, run.perhaps].map((ids) => ids.filter((id) => id !== run.party));
  const hit = run.losses.filter((row) => row[2] || row[3]).sort((a, b) => b[3] - a[3] || b[2] - a[2] || inOrder(a[0], b[0])).slice(0, 3);
  const name = partyName(run.party);
  return [
    make("p", { id: "stress-answer" },
      make("b", {}, fall.length ? [`${t("stress.then-fall", { name })} `, ...names(fall)] : t(perhaps.length ? "stress.then-nobody-surely" : "stress.then-nobody", { name })),
      perhaps.length ? [` ${t("stress.then-perhaps")} `, ...names(perhaps)] : "",
    ),
    make("p", { id: "stress-unpaid" }, t("stress.caused", { name, amount: both(run.caused) }), hit.length ? [` ${t("stress.hit")} `, ...hit.flatMap((row, step) => [step ? ", " : "", partyLink(row[0]), ` ${both(row.slice(2, 4))}`]), state.language === "zh" ? "。" : "."] : "", make("span", { class: "soft" }, ` ${t("stress.unpaid", { amount: both(run.unpaid) })}`)),
  ];
};

const roundsPair = (found, run, ...more) => make("div", { class: "pair" }, CASES.map((_, place) => roundsOf(found, run, place, ...more)));

/** Who fails, by rounds; where a party is made to fail, apart from those who fail anyway. */
const failureParts = (found, run) => {
  if (!run.party) return [make("h3", {}, t("stress.rounds")), roundsPair(found, run)];
  const others = ([party], place) => party !== run.party && failsAnyway(found, party, place);
  return [
    run.fall.length + run.perhaps.length ? [make("h3", {}, t("stress.rounds")), roundsPair(found, run, (row, place) => !others(row, place), t("stress.because-name", { name: partyName(run.party) }))] : [],
    found.alone.failures.some(([party]) => party !== run.party) ? [make("h3", {}, t("stress.anyway", { name: partyName(run.party) })), roundsPair(found, run, others)] : [],
  ].flat();
};

const lossText = (row) => both(row.slice(4));

/** What is unpaid, added up by kind of the party that is not paid. */
const byKind = (losses) => {
  const sums = new Map();
  for (const [id, , , , ample, none] of losses) {
    const before = sums.get(kindOf(id)) || [0, 0];
    sums.set(kindOf(id), [before[0] + ample, before[1] + none]);
  }
  return [...sums].sort(([, a], [, b]) => b[1] - a[1] || b[0] - a[0]);
};

const worst = (losses) => [...losses].sort((a, b) => b[3] - a[3] || b[5] - a[5] || inOrder(a[0], b[0]));

const sumsText = ([, given, found]) => {
  const side = (rows) => rows.map(([name, amount]) => `${t(`account.${name.replaceAll(" ", "-")}`)} ${dollars(amount)}`).join(" + ");
  return `${side(given)} = ${side(found)}`;
};

const stressCommand = (...words) => gapCommand("stress", ...words).replace("aiweb stress", "aiweb stress --under contracted");

const unknownParts = ({ unknown, understated, open }) => [
  make("h3", {}, t("stress.unknown")),
  make("p", {}, `${t("stress.no-cash", { count: unknown.length })} `, names(unknown)),
  understated.length ? make("p", {}, `${t("stress.understated")} `, ...understated.flatMap(([id, legs], step) => [step ? "; " : "", partyLink(id), " (", ...legs.flatMap((leg, place) => [place ? ", " : "", legLink(leg)]), ")"])) : "",
  open.length
    ? make("details", { "data-open": "open" }, make("summary", {}, t("stress.open", { count: open.length })), linesTable(t("stress.open.says"), ["gap.from", "stress.what", "column.amount", "stress.why"], open.map(([leg, what, amount, why]) => lineRow(whereFrom({ leg }), t(`due.${what}`), { n: money(amount) }, howText(why)))))
    : "",
];

const reverseParts = ({ tipping, shocks }) => [
  make("h3", {}, t("stress.reverse")),
  make("p", { class: "soft" }, t("stress.reverse.says")),
  tipping.some((row) => row[2] || row[3])
    ? linesTable(
        t("stress.tipping"),
        ["column.party", "stress.owes", "stress.ample", "stress.none", "stress.first"],
        tipping.filter((row) => row[2] || row[3]).map(([id, owed, ample, none, first, other]) => lineRow(partyLink(id), { n: dollars(owed) }, { n: ample || "–" }, { n: none || "–" }, make("span", {}, names([...new Set([...first, ...other])])))),
        20,
      )
    : make("p", {}, t("stress.tips-none")),
  ...shocks.map(({ shock, rows, unknown }) =>
    make("div", {},
      linesTable(
        t(`stress.shock.${shock}`),
        ["stress.group", "stress.ample", "stress.none", "stress.first", "stress.fail-anyway"],
        rows.map(([group, ample, none, first, other, anyway]) => lineRow(t(`group.${group}`), { n: ample || "–" }, { n: none || "–" }, make("span", {}, names([...new Set([...first, ...other])])), make("span", {}, names(anyway)))),
      ),
      unknown.length ? make("p", { class: "soft" }, `${t("stress.shock-unknown")} `, names(unknown)) : "",
    ),
  ),
  copied(stressCommand("--reverse")),
];

const showStress = (box) => {
  const head = [make("h2", {}, t("stress.title")), make("p", { class: "soft" }, t("stress.says"))];
  const here = stressNow();
  if (!here) return renew(box, head, Object.keys(data.stress).length ? noWorld("stress.no-day", data.stress) : make("p", {}, t("stress.too-many")));
  const { found, run } = here;
  const wide = roomy(box);
  const choice = found.each.length
    ? make(
        "p",
        { class: "choices" },
        make("label", { for: "stress-party" }, t("stress.fail")),
        make(
          "select",
          { id: "stress-party", "data-key": "stress-party", onchange: ({ target }) => makeFail(target.value) },
          make("option", { value: "" }, t("stress.nobody")),
          found.each.map(({ party }) => make("option", { value: party, selected: party === run.party }, partyName(party))),
        ),
      )
    : "";
  const losses = worst(run.losses.filter((row) => row[4] || row[5]));
  const lossRows = losses.slice(0, 15).map((row) => ({ name: partyName(row[0]), to: row.slice(4), text: lossText(row), key: `loss:${row[0]}`, on: state.chosen?.party === row[0], act: toggled({ party: row[0] }), said: [partyName(row[0]), t("stress.not-paid", { amount: lossText(row) }), t("stress.due-in-all", { amount: dollars(row[1]) }), ...(run.party ? [t("stress.because-of", { amount: both(row.slice(2, 4)) })] : [])] }));
  const kinds = byKind(losses);
  const kindRows = kinds.map(([kind, to]) => ({ name: kindText(kind), to, text: both(to), key: `kind:${kind}`, colour: kind === "outside" ? "muted" : kind, said: [kindText(kind), t("stress.not-paid", { amount: both(to) })] }));
  const ranking = found.each.map((one) => ({ name: partyName(one.party), to: [one.owed, one.caused[1]], text: dollars(one.caused[1]), key: `each:${one.party}`, on: one.party === run.party, act: () => makeFail(one.party === run.party ? "" : one.party), said: [partyName(one.party), t("stress.damage", { owed: dollars(one.owed), caused: both(one.caused) }), t("stress.fall", { names: one.fall.map(partyName).join(", ") || t("stress.nobody") }), t("stress.perhaps", { names: one.perhaps.map(partyName).join(", ") || t("stress.nobody") })] }));
  const shades = legend([{ colour: "accent", text: t("stress.ample") }, { colour: "accent", text: t("stress.none"), kind: "light" }]);
  const columns = ["party", "what", "ample-dollars", "none-dollars"];
  renew(
    box,
    head,
    state.off.size ? [make("p", { class: "warn" }, t("stress.off")), copied(stressCommand())] : "",
    state.preset === "contracted" && state.consideration === "cash" ? "" : make("p", { class: "soft" }, t("stress.convention")),
    choice,
    words.en[`stress.whatif.${state.whatif}`] ? make("p", { class: "warn", id: "stress-whatif" }, t(`stress.whatif.${state.whatif}`)) : "",
    run.party ? answerParts(run) : make("p", { id: "stress-unpaid" }, make("b", {}, t("stress.unpaid", { amount: both(run.unpaid) }))),
    make("p", { id: "stress-said" }, t("stress.span", { since: day(found.since), until: day(found.until), owed: dollars(found.owed), count: found.payments, flexible: dollars(found.flexible) })),
    ...failureParts(found, run),
    losses.length
      ? [
          chart({ title: t("stress.losses"), says: t("stress.losses.says"), svg: barsChart(lossRows, wide, t("stress.losses")), columns, rows: () => losses.map((row) => [partyName(row[0]), t("stress.lost"), ...row.slice(4)]), legend: shades, key: "losses" }),
          chart({ title: t("stress.kinds"), says: t("stress.kinds.says"), svg: barsChart(kindRows, wide, t("stress.kinds")), columns, rows: () => kinds.map(([kind, to]) => [kindText(kind), t("stress.lost"), ...to]), key: "kinds" }),
        ]
      : "",
    ranking.length ? chart({ title: t("stress.each"), says: t("stress.each.says"), svg: barsChart(ranking, wide, t("stress.each")), columns, rows: () => found.each.flatMap((one) => [[partyName(one.party), t("stress.owes"), one.owed, one.owed], [partyName(one.party), t("stress.damages"), ...one.caused]]), legend: legend([{ colour: "accent", text: t("stress.own") }, { colour: "accent", text: t("stress.passed"), kind: "light" }]), key: "each" }) : "",
    run.accounts ? [make("h3", {}, t("stress.sums")), make("ul", { class: "dots" }, run.accounts.flatMap(({ sums, differing }, place) => [...sums.map((sum) => make("li", {}, `${t(`stress.${CASES[place]}`)}: ${sumsText(sum)}`)), make("li", {}, `${t(`stress.${CASES[place]}`)}: `, differing.length ? t("stress.differ", { names: differing.map(partyName).join(", ") }) : t("stress.agree"))]))] : "",
    run.distress?.length ? [make("h3", {}, termed(t("stress.debtrank"), "debtrank")), make("p", { class: "soft" }, t("stress.debtrank.says")), linesTable("", ["column.party", "stress.buffer", "stress.share"], run.distress.map(([id, buffer, part]) => lineRow(partyLink(id), { n: dollars(buffer) }, { n: part })), 20)] : "",
    run.unpaidLegs.length ? [make("h3", {}, t("stress.payments")), linesTable(t("stress.payments.says"), ["gap.from", "stress.what", "stress.due", "stress.ample", "stress.none"], [...run.unpaidLegs].sort((a, b) => b[4] - a[4]).map(([leg, what, , , amount, ample, none]) => lineRow(whereFrom({ leg }), t(`due.${what}`), { n: dollars(amount) }, { n: dollars(ample) }, { n: dollars(none) })), 20)] : "",
    found.cut ? make("p", { class: "warn" }, t("stress.cut", { count: found.each.length })) : "",
    found.each.length ? reverseParts(found) : "",
    unknownParts(found),
    make("p", { class: "soft" }, t("explain.command")),
    copied(run.party ? stressCommand("--fail", run.party) : stressCommand()),
  );
};

VIEWS.stress = {
  show: showStress,
  rows: () => {
    const here = stressNow();
    if (!here) return { columns: ["party", "what", "ample-dollars", "none-dollars"], rows: [] };
    const { found, run } = here;
    return {
      columns: ["party", "what", "ample-dollars", "none-dollars"],
      rows: [
        ...run.failures.map((row) => [partyName(row[0]), t("stress.unpaid-by"), row[3], row[4]]),
        ...worst(run.losses).map((row) => [partyName(row[0]), t("stress.lost"), row[4], row[5]]),
        ...found.each.map((one) => [partyName(one.party), t("stress.damages"), ...one.caused]),
      ],
    };
  },
};
