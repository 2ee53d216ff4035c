/* -- what the reader has chosen ------------------------------------------ */

const LAST = data.dates[data.dates.length - 1];

const state = {
  language: (navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en",
  theme: "auto",
  view: "graph",
  date: LAST,
  whatif: "",
  preset: "contracted",
  consideration: "cash",
  off: new Set(),
  scope: "core",
  query: "",
  instruments: new Set(),
  statuses: new Set(),
  least: -1,
  undisclosed: true,
  left: false,
  chosen: null,
  tab: "details",
  sort: { column: "amount", down: true },
  keys: true,
  against: "",
  story: 0,
};

/** The order of the views' tabs. */
const ORDER = ["graph", "loops", "flows", "matrix", "timeline", "gap", "stress", "compare", "table"];
/** The views by name, each with
    `show(box)`, which draws what is chosen into its section, and
    `rows()`, the same as a table: `{ columns: [word], rows: [[text or number]] }`. */
const VIEWS = {};

/* -- the address keeps what is shown, so that it can be sent --------------- */

/** What the address keeps, by name: each is written as a text, empty for what goes without saying, and read back from any text. */
const KEPT = {};

/** Keep a field of the state that is one of a few words. */
const keepWord = (name, allowed, usual) => {
  KEPT[name] = {
    write: () => (state[name] === usual ? "" : state[name]),
    read: (text) => (state[name] = allowed().includes(text) ? text : usual),
  };
};

/** Keep a field of the state that is a set of words. */
const keepSet = (name, allowed) => {
  KEPT[name] = {
    write: () => [...state[name]].sort().join(","),
    read: (text) => (state[name] = new Set(text.split(",").filter((word) => allowed(word)))),
  };
};

keepWord("view", () => ORDER, "graph");
keepWord("date", () => data.dates, LAST);
// A day of another edition of the page is read as the last one here that is not after it.
const readDay = KEPT.date.read;
KEPT.date.read = (text) => readDay(/^\d{4}-\d\d-\d\d$/.test(text) ? data.dates.findLast((day) => day <= text) ?? data.dates[0] : text);
keepWord("whatif", () => data.whatifs.map(({ name }) => name), "");
keepWord("preset", () => PRESETS, "contracted");
keepWord("consideration", () => CONSIDERATIONS, "cash");
keepSet("off", (word) => parties.has(word.slice(6)) || deals.has(word.slice(5)));
keepWord("scope", () => ["core", "all"], "core");
keepSet("instruments", (word) => data.instruments.includes(word));
keepSet("statuses", (word) => data.statuses.includes(word));
KEPT.least = { write: () => (state.least < 0 ? "" : String(high(state.least))), read: (text) => (state.least = data.thresholds.find((step) => String(high(step)) === text) ?? -1) };
KEPT.undisclosed = { write: () => (state.undisclosed ? "" : "no"), read: (text) => (state.undisclosed = text !== "no") };
KEPT.left = { write: () => (state.left ? "yes" : ""), read: (text) => (state.left = text === "yes") };
["party", "deal", "loop", "pair", "path"].forEach((name) => {
  KEPT[name] = {
    write: () => state.chosen?.[name] ?? "",
    read: (text) => {
      const known = { party: () => parties.get(text)?.spots, deal: () => deals.has(text), loop: () => text, pair: () => arrows.has(text), path: () => routeOf(text) }[name];
      if (text && known()) state.chosen = { [name]: text };
    },
  };
});
KEPT.leg = {
  write: () => (state.chosen?.leg === undefined ? "" : String(deals.get(state.chosen.deal).legs.indexOf(state.chosen.leg) + 1)),
  read: (text) => {
    const leg = deals.get(state.chosen?.deal)?.legs[Number(text) - 1];
    if (leg !== undefined) state.chosen.leg = leg;
  },
};
keepWord("tab", () => TABS, "details");
KEPT.keys = { write: () => (state.keys ? "" : "off"), read: (text) => (state.keys = text !== "off") };
keepWord("language", () => Object.keys(LANGUAGES), state.language);
keepWord("theme", () => ["auto", "light", "dark"], "auto");

let started = false;

/** What is shown, as the address keeps it; `dated` names the day even where it goes without saying today. */
const address = (dated = false) => {
  const kept = new URLSearchParams();
  for (const [name, { write }] of Object.entries(KEPT)) if (write()) kept.set(name, write());
  if (dated) kept.set("date", state.date);
  return `#${kept}`;
};

/** Write what is shown into the address; `step` makes it one to come back to. */
const remember = (step = false) => {
  const wanted = address();
  if (!started || wanted === (location.hash || "#")) return;
  try {
    if (step) history.pushState(null, "", wanted);
    else history.replaceState(null, "", wanted);
  } catch {
    // A page without an address of its own has nothing to remember in.
  }
};

const recall = () => {
  const kept = new URLSearchParams(location.hash.slice(1));
  state.chosen = null;
  for (const [name, { read }] of Object.entries(KEPT)) read(kept.get(name) ?? "");
};

/** The name under which the page's values hold what is shown: a day, or a what-if on the registry's own day. */
const world = () => state.whatif || state.date;

/* -- what is shown now --------------------------------------------------- */

let now = null;

/** Work out once, for the chosen day and convention, what each leg is worth and why it may not count. */
const settle = () => {
  const snapshot = snapshotOf(world(), state.preset, state.consideration);
  const states = data.states[world()];
  const counted = new Map([...snapshot.legs.map((leg) => [leg, states[leg].amount]), ...snapshot.worth]);
  const out = new Map(snapshot.out.flatMap(([reason, legs]) => legs.map((leg) => [leg, reason])));
  const totals = new Map(snapshot.totals.map(([id, ...both]) => [id, both]));
  const core = snapshot.core && new Set(snapshot.core);
  const loops = [...snapshot.loops, ...snapshot.unpriced].map((loop) => {
    const hops = loop.hops.map((hop) => data.hops[hop]);
    return {
      ...loop,
      id: hops.map((hop) => `${hop.from}.${hop.side[0]}`).join(">"),
      hops,
      numbers: loop.hops,
      legs: hops.flatMap((hop) => hop.legs),
      parties: hops.map((hop) => hop.from),
    };
  });
  now = { snapshot, states, counted, out, totals, core, loops, priced: snapshot.loops.length };
};

const worth = (leg) => now.counted.get(leg) ?? now.states[leg].amount;

const why = (leg) => {
  if (!now.out.has(leg)) return t("counts.not-yet");
  const { key, status, basis } = data.reasons[now.out.get(leg)];
  return t(key, { status: status && t(`status.${status}`), basis: basis && t(`basis.${basis}`) });
};

/** A text as it is searched: whatever its case, and the width of its letters. */
const folded = (text) => text.normalize("NFKC").toLowerCase();

/** Whether a word of the search stands in a text; a number does only from its first digit on. */
const holds = (text, word) => (/^\d/.test(word) ? text.split(word).slice(0, -1).some((before) => !/\d[.,]?$/.test(before)) : text.includes(word));

const fits = (text) => state.query.split(/[\s,，、]+/).every((word) => !word || holds(text, word));

const folds = new Map();
/** What a party is called, in any way and either language. */
const partyText = (id) => {
  const { name, zh, ticker, also = [] } = parties.get(id);
  if (!folds.has(id)) folds.set(id, folded([name, zh, ticker, id, ...also].filter(Boolean).join("\n")));
  return folds.get(id);
};

const partyFits = (id) => fits(partyText(id));

const legText = (leg) => {
  const { deal, payer, payee } = data.legs[leg];
  const { title, zh } = deals.get(deal);
  return [partyText(payer), partyText(payee), folded([title, zh, deal, now.states[leg].status ? money(worth(leg)) : ""].filter(Boolean).join("\n"))].join("\n");
};

let sought = {};

/** The legs and deals in which every word of the search stands; of a deal in which no leg alone has them all, all legs. */
const matches = () => {
  const { query, language } = state;
  if (sought.query !== query || sought.language !== language || sought.now !== now) {
    const found = data.deals.map((deal) => {
      const texts = deal.legs.map(legText);
      const own = deal.legs.filter((_, place) => fits(texts[place]));
      return own.length || !fits(texts.join("\n")) ? own : deal.legs;
    });
    sought = { query, language, now, legs: new Set(found.flat()), deals: data.deals.filter((_, place) => found[place].length) };
  }
  return sought;
};

const legFits = (leg) => !state.query || matches().legs.has(leg);

const passes = (leg) => {
  const standing = now.states[leg];
  if (!standing.status) return false;
  const amount = worth(leg);
  if (state.instruments.has(data.legs[leg].instrument) || state.statuses.has(standing.status)) return false;
  if (data.money[amount].undisclosed && !high(amount)) return state.undisclosed;
  return state.least < 0 || high(amount) >= high(state.least);
};

const drawn = (leg) => passes(leg) && (now.counted.has(leg) || state.left);

const filtered = () =>
  state.instruments.size > 0 || state.statuses.size > 0 || state.least >= 0 || !state.undisclosed || state.left;

const chosenLoop = () => now.loops.find((loop) => loop.id === state.chosen?.loop);

/** Which legs and parties stand out: those of what is chosen, else those of the search, else all. */
const focus = () => {
  const all = data.legs.map((_, leg) => leg).filter(drawn);
  const { chosen } = state;
  let legs = null;
  const extra = [];
  if (chosen?.loop) legs = chosenLoop().legs;
  else if (chosen?.deal) legs = deals.get(chosen.deal).legs;
  else if (chosen?.pair) legs = legsBetween.get(chosen.pair).filter(passes);
  else if (chosen?.path) {
    const { from, to, lit } = chosenPaths();
    legs = lit.flatMap((path) => path.hops.flatMap((hop) => hop.legs));
    extra.push(from, to);
  }
  else if (chosen?.party) {
    legs = all.filter((leg) => [data.legs[leg].payer, data.legs[leg].payee].includes(chosen.party));
    extra.push(chosen.party);
  } else if (state.query) {
    legs = all.filter(legFits);
    extra.push(...[...parties.keys()].filter(partyFits));
  }
  if (!legs) return null;
  const ends = legs.flatMap((leg) => [data.legs[leg].payer, data.legs[leg].payee]);
  return { legs: new Set(legs), parties: new Set([...ends, ...extra]) };
};
