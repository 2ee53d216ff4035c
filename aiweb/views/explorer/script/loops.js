/* -- the view of loops ----------------------------------------------------- */

const showLoops = (box) => {
  const { snapshot, loops, priced } = now;
  const part = (rows, more, none) => [
    rows.length ? list(rows.map(loopRow)) : make("p", { class: "soft" }, none),
    more ? make("p", { class: "soft" }, t("loops.more", { count: rows.length })) : "",
  ];
  box.replaceChildren(
    make("p", { class: "soft" }, t("loops.says")),
    make("h3", {}, t("loops.priced")),
    ...part(loops.slice(0, priced), snapshot.more, t("loops.none")).filter(Boolean),
    make("h3", {}, t("loops.unpriced")),
    ...part(loops.slice(priced), snapshot.moreUnpriced, t("loops.none-unpriced")).filter(Boolean),
    ...(snapshot.lacking.length ? [make("h3", {}, t("loops.lacking")), make("ul", { class: "rows" }, snapshot.lacking.map(lackingRow))] : []),
  );
};

VIEWS.loops = {
  show: showLoops,
  rows: () => ({ columns: [], rows: [] }),
};
