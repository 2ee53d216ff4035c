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
