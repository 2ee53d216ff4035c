/* -- search -------------------------------------------------------------- */

const search = at("search");
let offers = [];
let pointed = -1;

const offer = () => {
  const query = state.query;
  const rank = (text) => (text.toLowerCase().startsWith(query) ? 0 : 1);
  offers = query
    ? [
        ...[...parties.keys()]
          .filter((id) => parties.get(id).spots && partyFits(id))
          .map((id) => ({ what: { party: id }, text: partyName(id), kind: t(`kind.${parties.get(id).kind}`) })),
        ...data.deals
          .filter((deal) => [deal.id, deal.title, deal.zh].some(fits))
          .map((deal) => ({ what: { deal: deal.id }, text: dealTitle(deal), kind: t("deal") })),
      ]
        .sort((a, b) => Boolean(a.what.deal) - Boolean(b.what.deal) || rank(a.text) - rank(b.text))
        .slice(0, 9)
    : [];
  pointed = -1;
  showOffers();
};

const showOffers = () => {
  const open = Boolean(state.query) && document.activeElement === search;
  at("found").hidden = !open;
  search.setAttribute("aria-expanded", String(open));
  if (pointed >= 0) search.setAttribute("aria-activedescendant", `found-${pointed}`);
  else search.removeAttribute("aria-activedescendant");
  at("found").replaceChildren(
    ...(offers.length
      ? offers.map(({ text, kind }, index) =>
          make(
            "li",
            { role: "option", id: `found-${index}`, "aria-selected": String(index === pointed), onpointerdown: (event) => {
              event.preventDefault();
              take(index);
            } },
            make("span", {}, text),
            make("small", {}, kind),
          ),
        )
      : [make("li", { role: "option", "aria-disabled": "true" }, t("search.none"))]),
  );
};

const take = (index) => {
  const found = offers[index];
  if (!found) return;
  search.value = "";
  state.query = "";
  offers = [];
  choose(found.what, { scroll: true });
  showOffers();
  showTable();
};

const ask = (text) => {
  state.query = text.trim().toLowerCase();
  offer();
  draw();
  showTable();
  reshow();
  if (state.query) say(t("live.found", { count: offers.length }));
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
