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
    loops.length ? link(t("overview.more"), () => openView("loops")) : "",
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
