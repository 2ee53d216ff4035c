/* -- the view of the matrix ---------------------------------------------- */

const MATRIX = 40;
let matrixMost = MATRIX;
/** The cell that the keyboard is at: row and column, headings counted. */
let cellAt = [1, 1];

/** Who pays whom: the sum of each pair, the totals, and the parties in order of kind and money. */
const matrixOf = () => {
  const { legs, lit } = shownLegs();
  const pairs = new Map();
  const sides = { payer: new Map(), payee: new Map() };
  const put = (map, key, leg) => (map.get(key) || map.set(key, []).get(key)).push(leg);
  for (const leg of legs) {
    const { payer, payee } = data.legs[leg];
    put(pairs, `${payer}>${payee}`, leg);
    put(sides.payer, payer, leg);
    put(sides.payee, payee, leg);
  }
  const all = [...new Set([...sides.payer.keys(), ...sides.payee.keys()])];
  const size = new Map(all.map((id) => [id, [sides.payer, sides.payee].reduce((sum, side) => sum + summed((side.get(id) || []).map(worth)).high, 0)]));
  const bySum = (a, b) => size.get(b) - size.get(a) || (a < b ? -1 : 1);
  const kept = [...all].sort(bySum).slice(0, all.length <= matrixMost + 2 ? all.length : matrixMost);
  const kind = (id) => data.kinds.indexOf(parties.get(id).kind);
  return { legs, lit, pairs, sides, all, order: kept.sort((a, b) => kind(a) - kind(b) || bySum(a, b)) };
};

const SHADES = [1e9, 1e10, 5e10, 1e11];
const shadeOf = (sum) => (isUnknown(sum) ? "unknown" : `step${SHADES.filter((step) => sum.high >= step).length}`);

const showMatrix = (box) => {
  const { legs, lit, pairs, sides, all, order } = matrixOf();
  const controls = make(
    "div",
    { class: "controls" },
    all.length > order.length ? make("button", { type: "button", class: "button", "data-key": "more", onclick: () => {
      matrixMost += MATRIX;
      reshow();
    } }, t("matrix.more", { count: Math.min(MATRIX, all.length - order.length) })) : "",
    matrixMost > MATRIX ? make("button", { type: "button", class: "button", "data-key": "fewer", onclick: () => {
      matrixMost = MATRIX;
      reshow();
    } }, t("matrix.fewer")) : "",
  );
  if (!legs.length) return renew(box, make("p", { class: "soft" }, t("graph.empty")));
  const kept = new Set(order);
  const rest = all.length - order.length;
  const names = rest ? [...order, OTHERS] : order;
  // What the parties that are not shown pay and receive is added up in a row and a column of its own.
  const grouped = new Map();
  for (const [pair, found] of pairs) {
    const [from, to] = pair.split(">").map((id) => (kept.has(id) ? id : OTHERS));
    const key = `${from}>${to}`;
    if (!grouped.has(key)) grouped.set(key, []);
    found.forEach((leg) => grouped.get(key).push(leg));
  }
  const both = (from, to) => from !== OTHERS && to !== OTHERS && pairs.has(`${from}>${to}`) && pairs.has(`${to}>${from}`);
  const nameOf = (id) => (id === OTHERS ? t("flows.others", { count: rest }) : partyName(id));
  const head = (id, scope) => {
    const chosen = state.chosen?.party === id;
    const cell = make("th", { scope, class: [chosen ? "chosen" : "", lit && id !== OTHERS && !litParty(id, lit) ? "dim" : ""].filter(Boolean).join(" ") || undefined, role: scope === "col" ? "columnheader" : "rowheader", "data-party": id }, make("span", {}, nameOf(id)));
    cell.style.color = id === OTHERS ? "" : `var(--${parties.get(id).kind})`;
    if (id !== OTHERS) cell.addEventListener("click", toggled({ party: id }));
    return cell;
  };
  const inCell = (sum) => (sum.high >= 1e10 ? String(Math.round(sum.high / (state.language === "zh" ? 1e8 : 1e9))) : isUnknown(sum) ? "?" : "");
  const filled = (from, to) => {
    if (from === to && from !== OTHERS) return make("td", { role: "gridcell", class: "self", "aria-label": nameOf(from) });
    const found = grouped.get(`${from}>${to}`);
    const ends = `${nameOf(from)} → ${nameOf(to)}`;
    if (!found) return make("td", { role: "gridcell", "aria-label": `${ends}: ${t("matrix.none")}` });
    const sum = summed(found.map(worth));
    const twice = both(from, to);
    const dim = lit && !found.some((leg) => lit.has(leg));
    const on = state.chosen?.pair === `${from}>${to}` || (state.chosen?.deal && found.some((leg) => data.legs[leg].deal === state.chosen.deal));
    const said = [ends, written(sum), t("flows.legs", { count: found.length }), ...(twice ? [t("matrix.both")] : [])];
    const classes = ["full", shadeOf(sum), sum.undisclosed && !isUnknown(sum) ? "partly" : "", twice ? "twice" : "", dim ? "dim" : "", on ? "chosen" : ""];
    const cell = make(
      "td",
      { role: "gridcell", class: classes.filter(Boolean).join(" "), "aria-label": spokenAs(inCell(sum), said), "aria-selected": String(Boolean(on)), "data-pair": `${from}>${to}` },
      inCell(sum) ? make("span", {}, inCell(sum)) : "",
    );
    if (from !== OTHERS && to !== OTHERS) cell.addEventListener("click", () => choosePair(from, to, found));
    return hinted(cell, () => said);
  };
  const totalled = (legsOf, says) => {
    const sum = summed(legsOf.map(worth));
    const act = () => legsOf.length && explain(explainSum(says, t("flows.legs", { count: legsOf.length }), legsOf));
    return hinted(make("td", { role: "gridcell", class: "total", "aria-label": spokenAs(legsOf.length ? compact(sum) : "", [`${says}: ${written(sum)}`]), onclick: act }, legsOf.length ? compact(sum) : "–"), () => [says, written(sum)]);
  };
  const sideOf = (side, id) => (id === OTHERS ? all.filter((other) => !kept.has(other)).flatMap((other) => sides[side].get(other) || []) : sides[side].get(id) || []);
  const table = make(
    "table",
    { class: "matrix", role: "grid", "aria-label": t("matrix.title"), "aria-rowcount": String(names.length + 2), "aria-colcount": String(names.length + 2) },
    make("thead", {}, make("tr", {}, make("td", { role: "gridcell", class: "corner", "aria-label": t("matrix.corner") }, t("matrix.corner")), names.map((id) => head(id, "col")), make("th", { scope: "col", role: "columnheader", class: "total" }, make("span", {}, t("pays"))))),
    make(
      "tbody",
      {},
      names.map((from) => make("tr", {}, head(from, "row"), names.map((to) => filled(from, to)), totalled(sideOf("payer", from), `${nameOf(from)}: ${t("pays")}`))),
      make("tr", { class: "totals" }, make("th", { scope: "row", role: "rowheader" }, t("receives")), names.map((to) => totalled(sideOf("payee", to), `${nameOf(to)}: ${t("receives")}`)), totalled(legs, t("number.gross"))),
    ),
  );
  const circular = order.flatMap((from) => order.filter((to) => from < to && both(from, to))).length;
  renew(
    box,
    chart({
      key: "matrix",
      title: t("matrix.title"),
      says: t("matrix.says", { unit: t("matrix.unit"), count: circular }),
      legend: [
        make("ul", { class: "legend" },
          [...SHADES.keys(), SHADES.length].map((step) => make("li", {}, make("i", { class: `cell step${step}`, "aria-hidden": "true" }), step ? t("matrix.from", { amount: brief(SHADES[step - 1]) }) : t("matrix.below", { amount: brief(SHADES[0]) }))),
          ["unknown", "partly", "twice"].map((name) => make("li", {}, make("i", { class: `cell ${name}${name === "partly" ? " step2" : ""}`, "aria-hidden": "true" }), t(`matrix.${name}`)))),
        controls,
      ],
      svg: gridded(table, box),
      ...VIEWS.matrix.rows(),
    }),
  );
};

const litParty = (id, lit) => [...lit].some((leg) => [data.legs[leg].payer, data.legs[leg].payee].includes(id));

/** Let the arrows go from cell to cell: the table is one stop of the keyboard. */
const gridded = (table, box) => {
  const rows = [...table.rows].map((row) => [...row.cells]);
  const held = box.querySelector(".matrix")?.contains(document.activeElement);
  const clamp = (value, most) => Math.max(0, Math.min(most - 1, value));
  const go = (row, column, focused = true) => {
    const [before, beside] = cellAt;
    rows[before]?.[beside]?.setAttribute("tabindex", "-1");
    cellAt = [clamp(row, rows.length), clamp(column, rows[0].length)];
    const cell = rows[cellAt[0]][cellAt[1]];
    cell.setAttribute("tabindex", "0");
    if (focused) cell.focus();
  };
  for (const cell of rows.flat()) cell.setAttribute("tabindex", "-1");
  go(...cellAt, false);
  table.addEventListener("keydown", (event) => {
    const [row, column] = cellAt;
    const next = {
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      ArrowRight: [row, column + 1],
      ArrowLeft: [row, column - 1],
      Home: [event.ctrlKey ? 0 : row, 0],
      End: [event.ctrlKey ? rows.length : row, rows[0].length],
    }[event.key];
    if (next) go(...next);
    else if (event.key === "Enter" || event.key === " ") event.target.click();
    else return;
    event.preventDefault();
  });
  table.addEventListener("pointerdown", ({ target }) => {
    const cell = target.closest("td, th");
    if (cell) go(cell.parentNode.rowIndex, cell.cellIndex, false);
  });
  if (held) queueMicrotask(() => go(...cellAt));
  return table;
};

VIEWS.matrix = {
  show: showMatrix,
  rows: () => {
    const { pairs } = matrixOf();
    const rows = [...pairs].map(([pair, legs]) => {
      const [from, to] = pair.split(">");
      const sum = summed(legs.map(worth));
      return { sum, row: [partyName(from), partyName(to), ...ranged(sum), legs.length, t(pairs.has(`${to}>${from}`) ? "counts.yes" : "matrix.no")] };
    });
    return { columns: ["payer", "payee", "low", "high", "undisclosed", "legs", "both"], rows: rows.sort((a, b) => b.sum.high - a.sum.high).map(({ row }) => row) };
  },
};
