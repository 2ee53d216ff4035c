/* -- the table ----------------------------------------------------------- */

const COLUMNS = {
  payer: (leg) => partyName(data.legs[leg].payer),
  payee: (leg) => partyName(data.legs[leg].payee),
  amount: (leg) => (isOpen(worth(leg)) ? -1 : high(worth(leg))),
  instrument: (leg) => t(`instrument.${data.legs[leg].instrument}`),
  status: (leg) => data.statuses.indexOf(now.states[leg].status),
  since: (leg) => now.states[leg].since,
  deal: (leg) => dealTitle(deals.get(data.legs[leg].deal)),
  counts: (leg) => (now.counted.has(leg) ? 1 : 0),
};

const ROWS = 200;
/** How many more rows were asked for. */
let rowsMore = 0;

/** The legs that pass filters and search, in the order chosen. */
const tableLegs = () => {
  const rows = data.legs.map((_, leg) => leg).filter((leg) => passes(leg) && legFits(leg));
  const { column, down } = state.sort;
  const compare = new Intl.Collator(state.language === "zh" ? "zh-CN" : "en").compare;
  const values = new Map(rows.map((leg) => [leg, COLUMNS[column](leg)]));
  // In the view of its own, what is chosen comes first.
  const lit = state.view === "table" && state.chosen && focus()?.legs;
  return rows.sort((a, b) => {
    if (lit && lit.has(a) !== lit.has(b)) return lit.has(a) ? -1 : 1;
    const [one, other] = [values.get(a), values.get(b)];
    const order = typeof one === "number" ? one - other : compare(one, other);
    return (down ? -order : order) || a - b;
  });
};

/** The table stands beneath the picture, or in its place where it is the view. */
const placeTable = () => {
  const table = at("view-table");
  const stage = document.querySelector(".stage");
  if (state.view === "table") {
    if (table.parentNode !== stage) stage.append(table);
  } else if (table.parentNode === stage) document.querySelector("main").after(table);
};

const hints = make("div", { class: "hints" });
at("table-says").after(hints);

/** Say above the table what holds rows back, each with a way to be rid of it. */
const showHints = (none) => {
  const clearing = (text, name, act) =>
    make("button", { type: "button", class: "hint-off", "data-key": name, "aria-label": `${text} – ${t("table.clear")}`, onclick: () => {
      act();
      at("view-table").focus({ preventScroll: true });
    } }, text, make("span", { "aria-hidden": "true" }, " ×"));
  const sieved = state.instruments.size || state.statuses.size || state.least >= 0 || !state.undisclosed;
  renew(
    hints,
    state.query ? clearing(t("table.sought", { text: search.value.trim() }), "sought", () => {
      search.value = "";
      ask("");
    }) : "",
    sieved ? clearing(t("filters.on"), "sieved", reset) : "",
    none ? make("p", {}, t("table.none")) : "",
  );
};

const showTable = () => {
  placeTable();
  watchSides(at("view-table"));
  const known = data.legs.filter((_, leg) => now.states[leg].status).length;
  const rows = tableLegs();
  const { column, down } = state.sort;
  document.querySelectorAll("th[data-column]").forEach((head) => {
    const name = head.dataset.column;
    if (name === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
    let button = head.querySelector("button");
    if (!button) {
      button = make("button", { type: "button", onclick: () => {
        const same = state.sort.column === name;
        state.sort = { column: name, down: same ? !state.sort.down : name === "amount" };
        showTable();
        remember(true);
      } });
      head.replaceChildren(button);
    }
    button.textContent = t(`column.${name}`);
  });
  const most = (narrow.matches ? SHORT : ROWS) + rowsMore;
  const lit = state.chosen && focus();
  renew(at("rows"), rows.slice(0, most).map((leg) => tableRow(leg, lit?.legs.has(leg))));
  at("more").hidden = rows.length <= most;
  at("more").textContent = t("table.next", { count: Math.min(ROWS, rows.length - most) });
  const first = lit && state.view === "table" ? ` ${t("table.first", { count: rows.filter((leg) => lit.legs.has(leg)).length })}` : "";
  showHints(!rows.length);
  at("table-says").textContent = t("table.says", { date: day(today()), shown: rows.length, all: known }) + first;
};

at("more").addEventListener("click", () => {
  const first = at("rows").children.length;
  rowsMore += ROWS;
  showTable();
  at("rows").children[first]?.querySelector("button")?.focus();
});
narrow.addEventListener("change", () => showTable());

const tableRow = (leg, lit) => {
  const { deal, payer, payee, instrument } = data.legs[leg];
  const standing = now.states[leg];
  const counts = now.counted.has(leg);
  const cell = (name, ...content) => make("td", { class: name }, ...content);
  const classes = [counts ? "" : "out", lit ? "chosen" : ""].filter(Boolean).join(" ");
  const to = (what, name, text) => link(text, () => choose(what, { scroll: true, focus: true }), { "data-key": `${name}:${leg}` });
  return make(
    "tr",
    { class: classes || undefined, "data-leg": String(leg) },
    cell("payer", to({ party: payer }, "payer", partyName(payer))),
    cell("payee", to({ party: payee }, "payee", partyName(payee))),
    cell("amount", explained(money(worth(leg)), () => legSays(leg), { "data-key": `amount:${leg}` })),
    cell("instrument", swatch(instrument), t(`instrument.${instrument}`)),
    cell("status", t(`status.${standing.status}`)),
    cell("since", standing.since),
    cell("deal", to({ deal, leg }, "deal", dealTitle(deals.get(deal)))),
    cell("counts", counts ? t("counts.yes") : why(leg)),
  );
};

const SORTED = Object.keys(COLUMNS).flatMap((name) => [name, `-${name}`]);
KEPT.sort = {
  write: () => (state.sort.column === "amount" && state.sort.down ? "" : `${state.sort.down ? "-" : ""}${state.sort.column}`),
  read: (text) => (state.sort = SORTED.includes(text) ? { column: text.replace("-", ""), down: text[0] === "-" } : { column: "amount", down: true }),
};

VIEWS.table = {
  show: () => {},
  rows: () => ({
    columns: ["leg", "payer", "payee", "low", "high", "undisclosed", "instrument", "status", "since", "deal", "counts"],
    rows: tableLegs().map((leg) => {
      const { deal, payer, payee, instrument } = data.legs[leg];
      const { status, since } = now.states[leg];
      return [
        `${deal}/${deals.get(deal).legs.indexOf(leg) + 1}`,
        partyName(payer),
        partyName(payee),
        ...ranged(data.money[worth(leg)]),
        t(`instrument.${instrument}`),
        t(`status.${status}`),
        since,
        dealTitle(deals.get(deal)),
        now.counted.has(leg) ? t("counts.yes") : why(leg),
      ];
    }),
  }),
};
