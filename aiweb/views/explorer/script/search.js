/* -- search -------------------------------------------------------------- */

const search = at("search");
const OFFERS = 12;
let offers = [];
let offered = 0;
let pointed = -1;

/** How near a text comes to the search: it is called that, begins so, holds it in one piece, or only its words. */
const nearness = (names) => {
  const texts = names.filter(Boolean).map(folded);
  const place = [(text) => text === state.query, (text) => text.startsWith(state.query), (text) => text.includes(state.query)].findIndex((test) => texts.some(test));
  return place < 0 ? 3 : place;
};

/** Parties first, then deals: the nearest first, of those the largest. */
const offer = () => {
  const known = (deal) => deal.legs.filter((leg) => now.states[leg].status).sort(bySize);
  const found = state.query
    ? [
        [...parties].filter(([id, { spots }]) => spots && partyFits(id)).map(([id, party]) => ({
          what: { party: id },
          text: partyName(id),
          kind: t(`kind.${party.kind}`),
          near: nearness([id, party.name, party.zh, party.ticker, ...(party.also || [])]),
          size: (now.totals.get(id) || []).reduce((sum, number) => sum + high(number), 0),
        })),
        matches().deals.map((deal) => {
          const [largest] = known(deal);
          return {
            what: { deal: deal.id },
            text: dealTitle(deal),
            kind: [t("deal"), largest === undefined ? "" : money(worth(largest))].filter(Boolean).join(" · "),
            near: nearness([deal.id, deal.title, deal.zh]),
            size: largest === undefined ? -1 : high(worth(largest)),
          };
        }),
      ].flatMap((some) => some.sort((a, b) => a.near - b.near || b.size - a.size || (a.text < b.text ? -1 : 1)))
    : [];
  offers = found.slice(0, OFFERS);
  offered = found.length;
  pointed = -1;
  showOffers();
};

const showOffers = () => {
  const open = Boolean(state.query) && document.activeElement === search;
  at("found").hidden = !open;
  search.setAttribute("aria-expanded", String(open));
  if (pointed >= 0) search.setAttribute("aria-activedescendant", `found-${pointed}`);
  else search.removeAttribute("aria-activedescendant");
  const note = offered > offers.length ? t("search.more", { count: offered - offers.length }) : offered ? "" : t("search.none");
  at("found").replaceChildren(
    ...offers.map(({ text, kind }, index) =>
      make(
        "li",
        { role: "option", id: `found-${index}`, title: text, "aria-selected": String(index === pointed), onpointerdown: (event) => {
          event.preventDefault();
          take(index);
        } },
        make("span", {}, text),
        make("small", {}, kind),
      ),
    ),
    ...(note ? [make("li", { role: "option", "aria-disabled": "true" }, note)] : []),
  );
};

const take = (index) => {
  const found = offers[index];
  if (!found) return;
  search.value = "";
  state.query = "";
  offers = [];
  offered = 0;
  choose(found.what, { scroll: true });
  showOffers();
  showTable();
};

const ask = (text) => {
  state.query = folded(text.trim());
  offer();
  draw();
  showTable();
  reshow();
  if (state.query) say(t("live.found", { count: offered }));
};

search.addEventListener("input", () => ask(search.value));
search.addEventListener("focus", () => showOffers());
search.addEventListener("blur", () => showOffers());
search.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && offers.length) {
    event.preventDefault();
    pointed = (pointed + step + offers.length + (pointed < 0 && step < 0 ? 1 : 0)) % offers.length;
    showOffers();
  } else if (event.key === "Enter") {
    event.preventDefault();
    take(Math.max(0, pointed));
  }
});
