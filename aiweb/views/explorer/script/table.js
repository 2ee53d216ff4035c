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

const showTable = () => {
  const known = data.legs.map((_, leg) => leg).filter((leg) => now.states[leg].status);
  const rows = known.filter((leg) => passes(leg) && legFits(leg));
  const { column, down } = state.sort;
  const compare = new Intl.Collator(state.language === "zh" ? "zh-CN" : "en").compare;
  const value = COLUMNS[column];
  rows.sort((a, b) => {
    const [one, other] = [value(a), value(b)];
    const order = typeof one === "number" ? one - other : compare(one, other);
    return (down ? -order : order) || a - b;
  });
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
      } });
      head.replaceChildren(button);
    }
    button.textContent = t(`column.${name}`);
  });
  const short = narrow.matches && !state.whole && rows.length > SHORT;
  at("rows").replaceChildren(...(short ? rows.slice(0, SHORT) : rows).map(tableRow));
  at("more").hidden = !short;
  at("more").textContent = t("table.more", { count: rows.length });
  at("table-says").textContent = t("table.says", { date: day(state.date), shown: rows.length, all: known.length });
};

at("more").addEventListener("click", () => {
  state.whole = true;
  showTable();
  at("rows").children[SHORT]?.querySelector("button")?.focus();
});
narrow.addEventListener("change", () => showTable());

const tableRow = (leg) => {
  const { deal, payer, payee, instrument } = data.legs[leg];
  const standing = now.states[leg];
  const counts = now.counted.has(leg);
  const cell = (name, ...content) => make("td", { class: name }, ...content);
  const classes = [counts ? "" : "out", state.chosen?.deal === deal ? "chosen" : ""].filter(Boolean).join(" ");
  return make(
    "tr",
    { class: classes || undefined, "data-leg": String(leg) },
    cell("payer", partyName(payer)),
    cell("payee", partyName(payee)),
    cell("amount", money(worth(leg))),
    cell("instrument", swatch(instrument), t(`instrument.${instrument}`)),
    cell("status", t(`status.${standing.status}`)),
    cell("since", standing.since),
    cell("deal", link(dealTitle(deals.get(deal)), () => choose({ deal, leg }, { scroll: true, focus: true }))),
    cell("counts", counts ? t("counts.yes") : why(leg)),
  );
};

VIEWS.table = {
  show: () => {},
  rows: () => ({ columns: [], rows: [] }),
};
