/* -- the view of loops ----------------------------------------------------- */

state.hops = "";
keepWord("hops", () => Array.from({ length: 11 }, (_, more) => String(more + 2)), "");
/** The loop that was drawn last: it stays while one chooses what is on it. */
let ringed = "";

/** The loops that are left by filters, length, search and the party chosen; a loop is there while each hop has a leg that passes. */
const loopsShown = () => {
  const whole = now.loops.filter((loop) => loop.hops.every((hop) => hop.legs.some(passes)));
  const party = state.chosen?.party;
  const through = whole.filter((loop) => (party ? loop.parties.includes(party) : fits(loop.parties.map(partyText).join("\n"))));
  const loops = through.filter((loop) => !state.hops || String(loop.hops.length) === state.hops);
  return { loops, through, hidden: now.loops.length - whole.length };
};

/** What is special about a hop of a loop: it is the narrowest, or has the weakest leg. */
const hopNotes = (loop, step) =>
  [
    loop.amount !== undefined && loop.narrow.includes(loop.numbers[step]) ? t("loops.narrowest") : "",
    loop.hops[step].legs.includes(loop.weakest) ? t("loops.weakest", { status: t(`status.${now.states[loop.weakest].status}`) }) : "",
  ].filter(Boolean);

/** Draw one loop alone, clockwise from the top. */
const ring = (loop, wide) => {
  const count = loop.hops.length;
  const radius = Math.min(count > 2 ? 196 : 116, wide / 2 - 62);
  const tall = 2 * radius + 68;
  // Where the ring is too small for its amounts, hops have numbers, and the amounts stand below.
  const numbered = count > 2 && radius < 150;
  const below = [];
  const flat = Math.min(wide / 2 - 74, radius * 1.5);
  const spotAt = (turn) => [wide / 2 + flat * Math.sin(turn), tall / 2 - radius * Math.cos(turn)];
  const turn = (step) => (2 * Math.PI * (step + (count === 2 ? 1.5 : 0))) / count;
  const most = Math.max(1, ...loop.hops.map((hop) => high(hop.amount)));
  const arcs = loop.hops.map((hop, step) => {
    const narrowest = loop.narrow.includes(loop.numbers[step]) && loop.amount !== undefined;
    const largest = [...hop.legs].sort(bySize)[0];
    const [from, to, mid] = [turn(step), turn(step + 1), turn(step + 0.5)];
    const points = Array.from({ length: 25 }, (_, index) => spotAt(from + ((to - from) * index) / 24));
    const [x, y] = spotAt(mid);
    const [ax, ay] = spotAt(mid + 0.01);
    const marks = hopNotes(loop, step);
    const thick = isOpen(hop.amount) ? 2 : 2 + 9 * Math.sqrt(high(hop.amount) / most);
    const line = `M${points.map((point) => point.map((value) => value.toFixed(1)).join(" ")).join("L")}`;
    const texts = numbered ? [`${step + 1}`] : [compact(hop.amount), ...marks];
    if (numbered) below.push([`${step + 1} · ${partyName(hop.from)} → ${partyName(hop.to)}`, compact(hop.amount)], ...marks.map((mark) => [`\u2003${mark}`]));
    // Amounts stand within the ring, where they are in nobody's way.
    const inward = count === 2 ? 0 : numbered ? 0.17 : 0.2;
    const up = numbered ? 4 : Math.cos(mid) > 0.35 ? 24 : Math.cos(mid) < -0.35 ? -14 * texts.length : 11 - 7 * texts.length;
    const [tx, ty] = [x + (wide / 2 - x) * inward, y + (tall / 2 - y) * inward + up];
    const lean = numbered || Math.abs(Math.sin(mid)) < 0.35 ? "middle" : Math.sin(mid) > 0 ? "end" : "start";
    const arc = svgMark(
      {
        said: [`${partyName(hop.from)} → ${partyName(hop.to)}`, money(hop.amount), ...new Set(hop.legs.map((leg) => t(`instrument.${data.legs[leg].instrument}`))), ...marks],
        act: () => choosePair(hop.from, hop.to, hop.legs),
        on: state.chosen?.pair === `${hop.from}>${hop.to}` || hop.legs.some((leg) => data.legs[leg].deal === state.chosen?.deal),
        key: `hop:${loop.numbers[step]}`,
        class: "arc",
      },
      drawing("path", { d: line, class: narrowest ? "halo narrow" : "halo" }),
      drawing("path", { d: line, fill: "none", "stroke-width": thick, "stroke-dasharray": isOpen(hop.amount) ? "2 5" : "none", class: "tint" }),
      drawing("path", { class: "head", d: "M-6-8 9 0-6 8z", transform: `translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${((Math.atan2(ay - y, ax - x) * 180) / Math.PI).toFixed(1)}) scale(${Math.max(0.9, thick / 8).toFixed(2)})` }),
      ...texts.map((text, line) => label(tx, ty + line * 14, text, { anchor: lean, class: line ? "halved warned" : "halved strong" })),
    );
    arc.style.color = `var(--${data.legs[largest].instrument})`;
    return arc;
  });
  const names = loop.hops.map((hop, step) => {
    const [x, y] = spotAt(turn(step));
    const text = shortened(partyName(hop.from), 126);
    const half = pixels(text) / 2 + 11;
    const middle = Math.max(half + 1, Math.min(wide - half - 1, x));
    const node = svgMark(
      { said: [partyName(hop.from), t(`kind.${parties.get(hop.from).kind}`)], act: toggled({ party: hop.from }), on: state.chosen?.party === hop.from, key: `party:${hop.from}`, class: "pill" },
      drawing("rect", { x: middle - half, y: y - 13, width: 2 * half, height: 26, rx: 5 }),
      label(middle, y + 4, text, { anchor: "middle", class: "strong" }),
    );
    node.style.color = `var(--${parties.get(hop.from).kind})`;
    return node;
  });
  const list = below.flatMap(([text, amount], line) => [
    label(2, tall + 10 + 16 * line, shortened(text, wide - 8 - pixels(amount || "")), { class: amount ? "" : "warned" }),
    ...(amount ? [label(wide - 2, tall + 10 + 16 * line, amount, { anchor: "end", class: "strong" })] : []),
  ]);
  const centre = count > 2 && !numbered ? [label(wide / 2, tall / 2 + 5, loop.amount === undefined ? loopAmount(loop) : compact(loop.amount), { anchor: "middle", class: "sum halved" })] : [];
  return chartSvg(wide, tall + 16 * below.length, `${loopText(loop)}. ${loopAmount(loop)}`, ...arcs, ...centre, ...names, ...list);
};

/** A ring so small that only its hops and their colours are seen. */
const smallRing = (loop) => {
  const count = loop.hops.length;
  const most = Math.max(1, ...loop.hops.map((hop) => high(hop.amount)));
  const spotAt = (step) => [30 + 22 * Math.sin((2 * Math.PI * step) / count), 30 - 22 * Math.cos((2 * Math.PI * step) / count)];
  return drawing(
    "svg",
    { viewBox: "0 0 60 60", width: 60, height: 60, "aria-hidden": "true" },
    ...loop.hops.map((hop, step) => {
      const [from, to] = [spotAt(step), spotAt(step + 1)];
      const arc = drawing("path", { d: `M${from}A22 22 0 0 1 ${to}`, fill: "none", stroke: `var(--${data.legs[[...hop.legs].sort(bySize)[0]].instrument})`, "stroke-width": 1.5 + 5 * Math.sqrt(high(hop.amount) / most), "stroke-dasharray": isOpen(hop.amount) ? "2 3" : "none" });
      return arc;
    }),
    ...loop.parties.map((id, step) => {
      const [x, y] = spotAt(step);
      return drawing("circle", { cx: x, cy: y, r: 4.5, fill: `var(--${parties.get(id).kind})` });
    }),
  );
};

const RINGS = 12;

const showLoops = (box) => {
  const { snapshot, priced } = now;
  const { loops, through, hidden } = loopsShown();
  const chosen = chosenLoop() || loops.find((loop) => loop.id === ringed) || loops[0];
  ringed = chosen?.id || "";
  const isPriced = (loop) => now.loops.indexOf(loop) < priced;
  const lengths = [...new Set(now.loops.map((loop) => loop.hops.length))].sort((a, b) => a - b);
  const named = (loop, node) => {
    node.querySelector("button").dataset.key = `loop:${loop.id}`;
    return node;
  };
  const part = (rows, more, none) => [
    rows.length ? list(rows.map((loop) => named(loop, loopRow(loop)))) : make("p", { class: "soft" }, none),
    more ? make("p", { class: "soft" }, t("loops.more", { count: rows.length })) : "",
  ];
  const party = state.chosen?.party;
  const known = loops.filter(isPriced);
  const limits = loops.filter(({ most }) => most !== undefined);
  // Where no loop has an amount, one sentence says what there is instead.
  const instead = () => {
    const name = party && partyName(party);
    const all = now.loops.filter((loop) => !party || loop.parties.includes(party));
    if (!loops.length && (all.length || !party)) return t(all.length ? "loops.none-fits" : "loops.none");
    const end = [snapshot.more || snapshot.moreUnpriced || loops.length < all.length ? t("loops.none-cut") : "", state.language === "zh" ? "。" : "."];
    if (!loops.length) return [t("loops.none-through", { name }), ...end].join("");
    const open = loops.length - limits.length;
    const amount = limits.length && money(limits.reduce((most, loop) => (high(loop.most) > high(most) ? loop.most : most), limits[0].most));
    return [
      t(party ? "loops.none-known-through" : "loops.none-known", { name, count: loops.length }),
      t(!amount ? "loops.none-limit" : open ? "loops.none-some" : "loops.none-top", { amount, count: open }),
      ...end,
    ].join("");
  };
  const controls = make(
    "div",
    { class: "controls" },
    options("hops", t("loops.length"), [["", t("filters.any")], ...lengths.map((length) => [String(length), String(length)])], state.hops, (value) => {
      state.hops = value;
      reshow();
      remember(true);
    }),
    party ? make("span", { class: "soft" }, known.length ? `${t("loops.through", { name: partyName(party) })}: ${through.length}. ` : "", link(t("loops.all"), () => choose(null, { tab: state.tab }))) : "",
    hidden ? make("span", { class: "soft" }, t("loops.hidden", { count: hidden })) : "",
  );
  const room = roomy(box);
  const wide = room < 720 ? room : Math.min(620, Math.floor(room * 0.56));
  renew(
    box,
    make("p", { class: "soft" }, t("loops.says")),
    controls,
    known.length ? "" : make("p", { class: "versus" }, make("b", {}, instead())),
    make(
      "div",
      { class: "loop-view" },
      chosen ? make("div", { class: "loop-drawn" }, ringChart(chosen, wide), loops.length > 1 ? [known.length ? make("h3", {}, t("loops.pick")) : "", smallRings(loops, chosen)] : []) : "",
      make(
        "div",
        { class: "loop-list" },
        ...(known.length ? [make("h3", {}, t("loops.priced")), make("p", { class: "soft" }, t("loops.sorted")), ...part(known, snapshot.more)] : []),
        ...(loops.length ? [make("h3", {}, t("loops.unpriced")), ...part(loops.filter((loop) => !isPriced(loop)), snapshot.moreUnpriced, t("loops.none-unpriced"))] : []),
        ...(snapshot.lacking.length ? [make("h3", {}, t("loops.lacking")), make("ul", { class: "rows" }, snapshot.lacking.map(lackingRow))] : []),
      ),
    ),
  );
};

const ringChart = (loop, wide) =>
  chart({
    key: "loop",
    title: loopAmount(loop),
    head: explained(loop.amount === undefined ? t("loops.one-open", { amount: loopAmount(loop) }) : loopAmount(loop), () => explainLoop(loop), { "data-key": "ring" }),
    says: `${loopText(loop)}. ${t("loops.ring")}`,
    svg: ring(loop, wide),
    columns: ["payer", "payee", "side", "low", "high", "undisclosed", "notes"],
    rows: () => loop.hops.map((hop, step) => [partyName(hop.from), partyName(hop.to), t(`side.${hop.side}`), ...ranged(data.money[hop.amount]), hopNotes(loop, step).join(", ")]),
  });

const smallRings = (loops, chosen) =>
  make(
    "div",
    { class: "small-rings" },
    loops.slice(0, RINGS).map((loop) =>
      hinted(
        make(
          "button",
          { type: "button", "data-key": `ring:${loop.id}`, "aria-pressed": String(loop === chosen), "aria-label": `${loopText(loop)}, ${loopAmount(loop)}`, onclick: toggled({ loop: loop.id }) },
          smallRing(loop),
          make("span", {}, loop.amount !== undefined ? compact(loop.amount) : loop.most === undefined ? "?" : loopAmount(loop)),
        ),
        () => [loopAmount(loop), loopText(loop)],
      ),
    ),
  );

VIEWS.loops = {
  show: showLoops,
  rows: () => {
    const { loops } = loopsShown();
    const rowOf = (loop) => {
      const amount = data.money[loop.amount ?? loop.most];
      return [
        loopText(loop),
        loop.hops.length,
        loop.amount === undefined ? "" : amount.low,
        amount && !amount.unbounded ? amount.high : "",
        loop.hops.filter((hop) => data.money[hop.amount].undisclosed).length,
        loop.amount === undefined ? "" : loop.narrow.map((hop) => `${partyName(data.hops[hop].from)} → ${partyName(data.hops[hop].to)}`).join(", "),
        t(`status.${now.states[loop.weakest].status}`),
        "",
      ];
    };
    const lacking = now.snapshot.lacking.map(({ parties: names, needs }) => [
      loopText({ parties: names }),
      names.length,
      "",
      "",
      "",
      "",
      "",
      needs.map((leg) => `${partyName(data.legs[leg].payer)} → ${partyName(data.legs[leg].payee)}: ${why(leg)}`).join("; "),
    ]);
    return { columns: ["loop", "length", "low", "high", "undisclosed-hops", "narrowest", "weakest", "lacks"], rows: [...loops.map(rowOf), ...lacking] };
  },
};
