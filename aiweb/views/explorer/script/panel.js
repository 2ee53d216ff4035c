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

/** How close to the fact the best source of a leg is, and how many there are. */
const sourced = (leg) => {
  const cited = now.states[leg].sources || data.legs[leg].sources;
  const best = GRADES.find((grade) => cited.some((number) => data.sources[number].grade === grade));
  return best ? t("sourced", { grade: t(`grade.${best}`), count: cited.length }) : "";
};

const legRow = (leg, what) => {
  const { deal, instrument } = data.legs[leg];
  const counts = now.counted.has(leg);
  return row({
    colour: instrument,
    what,
    much: money(worth(leg)),
    note: [t(`instrument.${instrument}`), t(`status.${now.states[leg].status}`), sourced(leg), counts ? "" : why(leg)].filter(Boolean).join(" · "),
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
  const seen = numbers.filter((number) => number !== undefined).map((number) => data.money[number] || number);
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

const list = (rows) => some(make("ul", { class: "rows" }), rows, (one) => one, 25);

/** When something was, in the reader's language: a day, or a part of a year. */
const when = (text) => {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return day(text);
  const [, year, kind, part] = /^(?:FY)?(\d{4})(?:-([QH]?)(\d+))?$/.exec(text) || [];
  if (state.language === "en" || !year) return text;
  return year + t("year") + (part ? t(`part.${kind || "M"}`, { part: kind === "H" ? "上下"[part - 1] : Number(part) }) : "");
};

/** The last day of a date that is no more precise than a month, a quarter, a half or a year. */
const lastDay = (text) => {
  const [, year, kind, part, exact] = /^(?:FY)?(\d{4})(?:-([QH]?)(\d+))?(?:-(\d\d))?$/.exec(text) || [, "2000"];
  const month = part ? Number(part) * ({ Q: 3, H: 6 }[kind] || 1) : 12;
  return exact ? text : new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
};

/** Bars beneath each other, `{ text, amount, what }`: light to the upper bound, full to the lower. */
const barList = (rows) => {
  const all = rows.map(({ amount }) => summed([amount]));
  const most = Math.max(1, ...all.map((one) => one.high));
  return make("ul", { class: "barlist" }, rows.map(({ text, amount, what }, place) => {
    const bar = (bound) => {
      const drawn = make("i", { class: bound });
      drawn.style.width = `${(100 * all[place][bound]) / most}%`;
      return drawn;
    };
    return make("li", {}, make("span", {}, text), make("span", { class: "bars", "aria-hidden": "true" }, bar("high"), bar("low")), make("b", {}, what ? explained(much(amount), what) : much(amount)));
  }));
};

const showDetails = () => {
  const { chosen } = state;
  let content;
  if (chosen?.party) content = partyDetails(chosen.party);
  else if (chosen?.pair) content = pairDetails(chosen.pair);
  else if (chosen?.path) content = pathDetails();
  else if (chosen?.deal) content = dealDetails(deals.get(chosen.deal), chosen.leg);
  else if (chosen?.loop) content = loopDetails(chosenLoop());
  else content = overview();
  at("pane-details").replaceChildren(...content.flat().filter(Boolean));
  watchSides(at("pane-details"));
  at("pane-details").scrollTop = 0;
};

const back = () => link(`← ${t("back")}`, () => choose(null, { focus: true }), { class: "link back" });

/** All that counts from one party to another, both sides together, the largest first. */
const pairsNow = () => {
  const pairs = new Map();
  for (const leg of now.counted.keys()) {
    const key = `${data.legs[leg].payer}>${data.legs[leg].payee}`;
    if (!pairs.has(key)) pairs.set(key, []);
    pairs.get(key).push(leg);
  }
  return [...pairs].map(([pair, legs]) => ({ pair, legs, amount: summed(legs.map(worth)) })).sort((a, b) => b.amount.high - a.amount.high || b.legs.length - a.legs.length);
};

/** Say why no loop is listed: none closes, or none with a known amount. */
const noLoops = () => (now.loops.length ? `${t("loops.none-known", { count: now.loops.length })}${state.language === "zh" ? "。" : "."}` : t("loops.none"));

const overview = () => {
  const pairs = pairsNow().slice(0, 7);
  const loops = now.loops.slice(0, Math.min(3, now.priced));
  return [
    make("h2", {}, t("overview")),
    make("p", { class: "soft" }, t("overview.help")),
    make("h3", {}, t("overview.hops")),
    pairs.length ? list(pairs.map(pairRow)) : make("p", { class: "soft" }, t("nothing")),
    make("h3", {}, t("overview.loops")),
    loops.length ? list(loops.map(loopRow)) : make("p", { class: "soft" }, noLoops()),
    now.loops.length ? link(t("overview.more"), () => openView("loops")) : "",
    amountsNote([...pairs.map(({ amount }) => amount), ...loops.map((loop) => loop.amount)]),
  ];
};

const pairRow = ({ pair, legs, amount }) =>
  row({
    colour: data.legs[[...legs].sort(bySize)[0]].instrument,
    what: arrow(...pair.split(">")),
    much: written(amount),
    note: [...new Set(legs.map((leg) => t(`instrument.${data.legs[leg].instrument}`)))].join(", "),
    act: () => choose({ pair }, { focus: true }),
  });

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
        name === "filters" && filtered() ? make("span", { class: "dot", title: t("filters.on") }, " ●") : "",
      ),
    ),
  );
  TABS.forEach((name) => (at(`pane-${name}`).hidden = state.tab !== name));
};

const openTab = (name, focused = false) => {
  state.tab = name;
  showTabs();
  remember(true);
  if (focused) at(`tab-${name}`).focus();
};
