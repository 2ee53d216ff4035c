/* -- a deal -------------------------------------------------------------- */

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
    make("p", { class: "soft" }, standing.status ? `${t(`status.${standing.status}`)} · ${t("column.since")} ${when(standing.since)}` : t("counts.not-yet")),
    standing.by ? make("p", {}, `${t("field.by")}: `, link(dealTitle(deals.get(standing.by)), () => choose({ deal: standing.by }, { focus: true }))) : "",
    deal.note ? make("p", {}, deal.note) : "",
    deal.total !== undefined ? make("p", {}, `${t("field.total")}: `, explained(money(deal.total), () => ({ title: dealTitle(deal), says: t("explain.total"), steps: [{ text: t("field.total"), amount: deal.total }], legs: deal.legs, command: command("explain", "deal", deal.id) }))) : "",
    offSwitch(`deal:${deal.id}`),
    make("h3", {}, termed(t("legs"))),
    ...deal.legs.map((leg) => legDetails(leg, marks, leg === chosenLeg)),
    make("h3", {}, t("life")),
    lifeLine(deal),
    make("ol", { class: "life" }, deal.events.map((event) => lifeRow(event, deal, marks))),
    ...(deal.disputed ? [make("h3", {}, t("disputed")), ...deal.disputed.map((dispute) => disputeRow(dispute, marks))] : []),
    ...(loops.length ? [make("h3", {}, t("loops.priced")), list(loops.slice(0, 5).map(loopRow))] : []),
    make("h3", {}, t("sources")),
    make("ol", { class: "sources" }, cited.map((number, index) => sourceRow(data.sources[number], index + 1))),
    where(place.deal(deal)),
  ];
};

const legDetails = (leg, marks) => {
  const { payer, payee, instrument, first, facts, sources } = data.legs[leg];
  const standing = now.states[leg];
  const counts = now.counted.has(leg);
  const amount = standing.amount ?? first;
  const what = () => legSays(leg);
  const rows = [...fact(t("column.instrument"), t(`instrument.${instrument}`))];
  if (standing.basis) rows.push(...fact(t("field.basis"), t(`basis.${standing.basis}`)));
  if (standing.certainty && standing.certainty !== "firm") rows.push(...fact(t("field.certainty"), t(`certainty.${standing.certainty}`)));
  if (amount !== first) rows.push(...fact(t("amount.first"), money(first)));
  if (standing.paid !== undefined) rows.push(...fact(t("field.paid"), money(standing.paid)));
  if (standing.term) rows.push(...fact(t("field.term"), standing.term.split("..").map(when).join(" – ")));
  facts.forEach((one) => rows.push(...fact(t(`field.${one.key}`), factValue(one))));
  const verdict = counts ? t("counts.as", { amount: money(now.counted.get(leg)) }) : t("counts.no", { reason: why(leg) });
  return make(
    "div",
    { class: "leg", colour: instrument },
    make("div", { class: "sum" }, make("span", {}, partyLink(payer), " → ", partyLink(payee)), make("b", {}, explained(money(amount), what))),
    make("dl", { class: "facts" }, rows),
    ...fallsOf(leg),
    make("p", { class: `verdict${counts ? "" : " no"}` }, `${t(`preset.${state.preset}`)}: ${verdict}`),
    make("p", { class: "soft" }, `${marks(standing.sources || sources)} `, where(place.leg(leg))),
  );
};

/** Say how the amount of a leg came to be what it is, and what of it counts. */
const legSays = (leg) => {
  const { deal, payer, payee, first, sources } = data.legs[leg];
  const standing = now.states[leg];
  const number = deals.get(deal).legs.indexOf(leg) + 1;
  const seen = ({ known, leg: only }) => known <= today() && (!only || only === number);
  const restated = deals.get(deal).events.filter((event) => event.amount !== undefined && seen(event));
  return {
    title: `${arrow(payer, payee)} · ${dealTitle(deals.get(deal))}`,
    says: t("explain.leg"),
    steps: [
      { text: t("amount.first"), amount: first },
      ...restated.map(({ on, amount }) => ({ text: t("explain.restated", { date: when(on) }), amount })),
      ...(standing.amount === undefined ? [] : [{ text: t("explain.stands"), amount: standing.amount, sum: true }]),
      ...(standing.paid === undefined ? [] : [{ text: t("field.paid"), amount: standing.paid }]),
      now.counted.has(leg) ? { text: t("explain.counts"), amount: now.counted.get(leg), sum: true } : { text: t("counts.no", { reason: why(leg) }) },
    ],
    notes: standing.amount === undefined ? [] : openNotes([leg]),
    legs: standing.status ? [[leg, standing.amount ?? first]] : [],
    command: command("explain", "deal", deal),
  };
};

/** What of a leg falls when: as published, or in each year as the day's statements have it. */
const fallsOf = (leg) => {
  const { schedule } = now.states[leg];
  const years = (statements()?.years || []).map(([year, parts]) => [year, parts.find(([one]) => one === leg)?.[1]]).filter(([, amount]) => amount !== undefined);
  const rows = schedule?.map(([on, amount]) => [when(on), amount]) || (years.some(([year]) => year) && years.map(([year, amount]) => [year ? year + t("year") : t("years.none"), amount]));
  if (!rows) return [];
  return [make("p", { class: "soft" }, t(schedule ? "field.schedule" : "falls")), barList(rows.map(([text, amount]) => ({ text, amount })))];
};

/* The shape of a status: the further it has come the fuller, and a cross where it has ended. */
const STAGES = {
  talks: "M0-4A4 4 0 1 1-.01-4",
  announced: "M0-5 5 0 0 5-5 0z",
  "letter-of-intent": "M0-5 5 4H-5z",
  signed: "M-4-4H4V4H-4z",
  closed: "M0-5A5 5 0 1 1-.01-5",
  completed: "M-5-2-2-5H2L5-2V2L2 5H-2L-5 2z",
  ended: "M-4-4 4 4M4-4-4 4",
  none: "M0-2A2 2 0 1 1-.01-2",
};

const stageShape = ({ status, known }) => {
  const ended = status !== "completed" && ENDED.has(status);
  const kind = SIGNED.has(status) || !status ? "full" : ended ? "cross" : "hollow";
  return drawing("path", { d: STAGES[ended ? "ended" : status || "none"] || STAGES.announced, class: `stage ${kind}${known > today() ? " later" : ""}` });
};

const stageMark = (event) => drawing("svg", { class: "when", viewBox: "-7 -7 14 14", width: 14, height: 14, "aria-hidden": "true" }, stageShape(event));

/** The life of a deal on a line: events where they happened, a tail to the day on which they became known, the day shown. */
const lifeLine = (deal) => {
  const stops = deal.events.map((event) => ({ ...event, at: lastDay(event.on) }));
  const days = [...stops.flatMap(({ at: on, known }) => [on, known]), today()].sort();
  const wide = 320;
  const x = calendar([days[0], days.at(-1)], [12, wide - 12]);
  const rows = [];
  const placed = stops.map((event) => {
    const spot = x(event.at);
    let line = rows.findIndex((last) => spot - last > 13);
    if (line < 0) line = rows.push(0) - 1;
    rows[line] = Math.max(spot, x(event.known));
    return { event, spot, line };
  });
  const tall = 18 * Math.min(rows.length, 6) + 8;
  const up = (line) => 14 + 18 * Math.min(line, 5);
  return drawing(
    "svg",
    { class: "chart span", viewBox: `0 0 ${wide} ${tall + 20}`, role: "img", "aria-label": t("life.line", { from: day(days[0]), to: day(days.at(-1)), count: stops.length }) },
    drawing("path", { class: "grid", d: `M0 ${tall}H${wide}` }),
    ...x.ticks(4).flatMap(([iso, text]) => [drawing("path", { class: "grid", d: `M${x(iso)} ${tall}v4` }), label(Math.max(14, Math.min(wide - 22, x(iso))), tall + 15, text, { anchor: "middle", class: "faint" })]),
    drawing("path", { class: "today", d: `M${x(today())} 2V${tall}` }),
    ...placed.map(({ event, spot, line }) =>
      drawing("g", { transform: `translate(${spot.toFixed(1)} ${up(line)})` }, drawing("path", { class: "tail", d: `M0 0H${(x(event.known) - spot).toFixed(1)}` }), stageShape(event)),
    ),
  );
};

const lifeRow = (event, deal, marks) => {
  const later = event.known > today();
  const said = [
    event.status ? t(`status.${event.status}`) : "",
    event.amount === undefined ? "" : `${t("amount")} ${money(event.amount)}`,
    event.paid === undefined ? "" : `${t("field.paid")} ${money(event.paid)}`,
    event.known > lastDay(event.on) ? t("life.known", { date: day(event.known) }) : "",
    later ? t("later") : "",
  ].filter(Boolean).join(" · ");
  return make(
    "li",
    { class: later ? "later" : undefined },
    stageMark(event),
    make("time", {}, when(event.on)),
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
  return make(
    "li",
    {},
    `[${number}] `,
    make("span", { class: `grade ${GRADES.includes(source.grade) ? source.grade : ""}` }, t(`grade.${source.grade}`)),
    " ",
    outward(source, title),
    `${[source.title ? source.publisher : "", source.date && when(source.date), source.offline ? `${t("source.offline")}: ${source.offline}` : ""].filter(Boolean).map((text) => ` · ${text}`).join("")} `,
    where(place.source(source)),
  );
};
