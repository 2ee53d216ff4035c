/* -- the view of flows --------------------------------------------------- */

/* The web runs in circles, which a diagram of layers cannot: so payers stand on the left and payees on the right,
   and a party that does both stands on both sides. */

state.by = "party";
keepWord("by", () => ["party", "kind"], "party");
/** How many rows a side has before the others are flowNodes, and how many more a click opens. */
const flowsOpen = { payer: 0, payee: 0 };
const SIDES = ["payer", "payee"];
const FLOWS_MORE = 25;
const OTHERS = "+";

/** Gather legs by payer, instrument and payee: each with its sum, and the sum of those that stand out. */
const flowsOf = (legs, lit, keyOf) => {
  const flows = new Map();
  for (const leg of legs) {
    const { instrument } = data.legs[leg];
    const [payer, payee] = SIDES.map((side) => keyOf(side, data.legs[leg][side]));
    const key = [payer, instrument, payee].join("\n");
    if (!flows.has(key)) flows.set(key, { payer, instrument, payee, legs: [], lit: [] });
    flows.get(key).legs.push(leg);
    if (!lit || lit.has(leg)) flows.get(key).lit.push(leg);
  }
  return [...flows.values()].map((flow) => ({ ...flow, sum: summed(flow.legs.map(worth)), bright: summed(flow.lit.map(worth)) }));
};

/** Add flows up by what `of` makes of each; largest first. */
const flowNodes = (flows, of) => {
  const found = new Map();
  for (const flow of flows) {
    const key = of(flow);
    const node = found.get(key) || found.set(key, { key, sums: [], brights: [], flows: [] }).get(key);
    node.sums.push(flow.sum);
    node.brights.push(flow.bright);
    node.flows.push(flow);
  }
  return [...found.values()]
    .map(({ sums, brights, ...node }) => ({ ...node, sum: summed(sums), bright: summed(brights) }))
    .sort((a, b) => b.sum.high - a.sum.high || (a.key < b.key ? -1 : 1));
};

const legKey = (side, id) => (state.by === "kind" ? parties.get(id).kind : id);
const flowName = (key) => (state.by === "kind" ? t(`kind.${key}`) : partyName(key));

const showFlows = (box) => {
  const { legs, lit } = shownLegs();
  const flows = flowsOf(legs, lit, legKey);
  const wide = roomy(box);
  const slim = wide < 640;
  const kept = Object.fromEntries(
    SIDES.map((side) => {
      const all = flowNodes(flows, (flow) => flow[side]);
      const most = (slim ? 9 : 16) + flowsOpen[side];
      // What is chosen is never among the others.
      const shown = all.filter((node, place) => place < most || (lit && node.flows.some((flow) => flow.lit.length)) || all.length <= most + 1);
      const limited = lit ? [...all.slice(0, most), ...shown.slice(most, most + 12)] : shown;
      return [side, { names: new Set(limited.map((node) => node.key)), left: all.length - limited.length, all: all.length }];
    }),
  );
  const drawnFlows = flows.map((flow) => ({ ...flow, ...Object.fromEntries(SIDES.map((side) => [side, kept[side].names.has(flow[side]) ? flow[side] : OTHERS])) }));
  const total = summed(legs.map(worth));
  const stubs = legs.filter((leg) => data.money[worth(leg)].undisclosed).length;
  const controls = make(
    "div",
    { class: "controls" },
    options("by", t("flows.by"), ["party", "kind"].map((value) => [value, t(`flows.${value}`)]), state.by, (value) => {
      state.by = value;
      Object.assign(flowsOpen, { payer: 0, payee: 0 });
      reshow();
      remember(true);
    }),
    SIDES.flatMap((side) => [
      kept[side].left ? make("button", { type: "button", class: "button", "data-key": `open:${side}`, onclick: () => {
        flowsOpen[side] += FLOWS_MORE;
        reshow();
      } }, t(`flows.more-${side}`, { count: Math.min(FLOWS_MORE, kept[side].left) })) : "",
      flowsOpen[side] ? make("button", { type: "button", class: "button", "data-key": `shut:${side}`, onclick: () => {
        flowsOpen[side] = 0;
        reshow();
      } }, t(`flows.fewer-${side}`)) : "",
    ]),
  );
  if (!legs.length) return renew(box, controls, make("p", { class: "soft" }, t("graph.empty")));
  const [before, after] = t("flows.title", { amount: "\n" }).split("\n");
  const sum = explained(written(total), () => explainSum(t("view.flows"), t("flows.legs", { count: legs.length }), legs), { "data-key": "total" });
  renew(
    box,
    controls,
    chart({
      key: "flows",
      head: [before, sum, after],
      title: t("flows.title", { amount: written(total) }),
      says: [t("flows.says", { preset: t(`preset.${state.preset}`), date: day(state.date) }), stubs ? t("flows.stubs", { count: stubs }) : "", state.left ? t("flows.left") : ""].filter(Boolean).join(" "),
      legend: legend([
        { colour: "strong", text: t("flows.low") },
        { colour: "strong", kind: "light", text: t("flows.high") },
        { colour: "strong", kind: "hatch", text: t("flows.unknown") },
      ]),
      svg: sankey(drawnFlows, kept, wide, slim, lit),
      ...VIEWS.flows.rows(),
    }),
  );
};

const sankey = (flows, kept, wide, slim, lit) => {
  const others = (nodes) => [...nodes.filter(({ key }) => key !== OTHERS), ...nodes.filter(({ key }) => key === OTHERS)];
  const columns = [others(flowNodes(flows, (flow) => flow.payer)), flowNodes(flows, (flow) => flow.instrument), others(flowNodes(flows, (flow) => flow.payee))];
  const STUB = 4;
  const bar = 12;
  const margin = slim ? 98 : Math.min(260, wide * 0.23);
  const xs = [margin, (wide - bar) / 2, wide - margin - bar];
  const total = Math.max(1, columns[1].reduce((sum, node) => sum + node.sum.high, 0));
  const most = Math.max(...columns.map((nodes) => nodes.length));
  const tall = Math.max(slim ? 460 : 520, 30 * most);
  const thick = (node, scale) => Math.max(1.5, node.sum.high * scale) + (node.sum.undisclosed ? STUB : 0);
  const heightOf = (nodes, scale) => nodes.reduce((sum, node) => sum + Math.max(13, thick(node, scale)) + 4, 0);
  // The largest scale at which every column fits.
  let [small, large] = [0, tall / total];
  for (let turn = 0; turn < 40; turn += 1) {
    const half = (small + large) / 2;
    if (columns.every((nodes) => heightOf(nodes, half) <= tall)) small = half;
    else large = half;
  }
  const scale = small;
  const spots = columns.map((nodes) => {
    let y = (tall - heightOf(nodes, scale)) / 2;
    return new Map(
      nodes.map((node) => {
        const slot = Math.max(13, thick(node, scale));
        const spot = { ...node, y: y + (slot - thick(node, scale)) / 2, tall: thick(node, scale), slot, middle: y + slot / 2 };
        // Where the next ribbon leaves or arrives, and the next stub.
        Object.assign(spot, { out: spot.y, into: spot.y });
        y += slot + 4;
        return [node.key, spot];
      }),
    );
  });
  const ribbons = [];
  const stubs = [];
  [["payer", "instrument"], ["instrument", "payee"]].forEach(([from, to], side) => {
    const links = flowNodes(flows, (flow) => `${flow[from]}\n${flow[to]}`);
    const order = (column) => new Map([...spots[column].keys()].map((key, place) => [key, place]));
    const [left, right] = [order(side), order(side + 1)];
    const ends = (node) => node.key.split("\n");
    // Leaving in the order of where they arrive, and arriving in the order of where they come from, ribbons cross least.
    for (const link of [...links].sort((a, b) => left.get(ends(a)[0]) - left.get(ends(b)[0]) || right.get(ends(a)[1]) - right.get(ends(b)[1]))) {
      const spot = spots[side].get(ends(link)[0]);
      link.y0 = spot.out;
      spot.out += link.sum.high * scale;
    }
    for (const link of [...links].sort((a, b) => right.get(ends(a)[1]) - right.get(ends(b)[1]) || left.get(ends(a)[0]) - left.get(ends(b)[0]))) {
      const spot = spots[side + 1].get(ends(link)[1]);
      link.y1 = spot.into;
      spot.into += link.sum.high * scale;
    }
    for (const link of links) {
      const [start, end] = ends(link);
      const instrument = side ? start : end;
      const [a, b] = [xs[side] + bar, xs[side + 1]];
      const half = (a + b) / 2;
      const ribbon = (offset, dollars, kind) => {
        const size = dollars * scale;
        const [y0, y1, z0, z1] = [0, Math.max(0.6, size)].flatMap((more) => [link.y0, link.y1].map((y) => (y + offset * scale + more).toFixed(1)));
        return drawing("path", { d: `M${a} ${y0}C${half} ${y0} ${half} ${y1} ${b} ${y1}V${z1}C${half} ${z1} ${half} ${z0} ${a} ${z0}z`, "data-size": size.toFixed(2), class: kind });
      };
      // What stands out comes first: of it, and of the rest, the lower bound solid and what lies above it lighter.
      const { sum, bright } = link;
      const rest = { low: sum.low - bright.low, high: sum.high - bright.high };
      const parts = [];
      if (bright.high) parts.push(ribbon(bright.low, bright.high - bright.low, "most"), ribbon(0, bright.low, "least"));
      if (rest.high) parts.push(ribbon(bright.high + rest.low, rest.high - rest.low, "most faded"), ribbon(bright.high, rest.low, "least faded"));
      const wanted = parts.filter((path) => Number(path.dataset.size) > 0.3 || link.sum.high * scale < 1);
      const said = () => [side ? `${t(`instrument.${instrument}`)} → ${nodeName(end, 1, kept)}` : `${nodeName(start, 0, kept)} → ${t(`instrument.${instrument}`)}`, written(sum), t("flows.legs", { count: link.flows.reduce((count, flow) => count + flow.legs.length, 0) })];
      const group = hinted(drawing("g", { class: "ribbon", "data-link": `${start}>${end}` }, ...wanted), said);
      group.style.color = `var(--${instrument})`;
      if (sum.high) ribbons.push(group);
      if (sum.undisclosed) {
        const [from0, to0] = [spots[side].get(start), spots[side + 1].get(end)];
        const [y0, y1] = [from0.y + from0.tall - STUB / 2, to0.y + to0.tall - STUB / 2];
        const stub = (x, y, toward) => drawing("path", { d: `M${x} ${y.toFixed(1)}h${toward}`, class: `stub${!lit || bright.undisclosed ? "" : " faded"}`, "data-stub": `${start}>${end}` });
        const pair = hinted(drawing("g", {}, stub(a, y0, 26), stub(b, y1, -26)), said);
        pair.style.color = `var(--${instrument})`;
        stubs.push(pair);
      }
    }
  });
  const room = Math.floor(margin - 10);
  const nodes = spots.flatMap((column, place) =>
    [...column.values()].map((spot) => {
      const middle = place === 1;
      const isParty = !middle && spot.key !== OTHERS && state.by === "party";
      const name = middle ? t(`instrument.${spot.key}`) : nodeName(spot.key, place / 2, kept);
      const short = isUnknown(spot.sum) ? t("sum.undisclosed.1") : compact(spot.sum);
      const amount = slim ? short.replace("美元", "") : short;
      const space = middle ? Math.floor((xs[2] - xs[1] - bar) * (slim ? 1.6 : 0.9)) : room;
      const fit = (text) => shortened(text, space);
      const x = middle ? xs[1] + (slim ? bar / 2 : bar + 5) : place ? xs[2] + bar + 6 : xs[0] - 6;
      const lean = middle && slim ? "middle" : place ? "start" : "end";
      const beside = space - pixels(amount) - 8;
      const texts =
        spot.slot >= 27
          ? [label(x, spot.middle - 3, fit(name), { anchor: lean, class: "strong halved" }), label(x, spot.middle + 11, fit(amount), { anchor: lean, class: "faint halved" })]
          : [label(x, spot.middle + 4, beside < 70 ? fit(name) : `${shortened(name, beside)} ${amount}`, { anchor: lean, class: "halved" })];
      const dim = lit && !spot.flows.some((flow) => flow.lit.length);
      const act = middle ? () => onlyInstrument(spot.key) : spot.key === OTHERS ? () => {
        flowsOpen[SIDES[place / 2]] += FLOWS_MORE;
        reshow();
      } : isParty ? toggled({ party: spot.key }) : undefined;
      const node = svgMark(
        {
          said: [name, `${middle ? "" : `${t(place ? "receives" : "pays")} `}${written(spot.sum)}`, ...(middle ? [t("flows.only")] : spot.key === OTHERS ? [t("flows.open")] : [])],
          act,
          on: isParty && state.chosen?.party === spot.key,
          dim,
          key: `${place}:${spot.key}`,
        },
        drawing("rect", { x: xs[place], y: spot.y.toFixed(1), width: bar, height: Math.max(1.5, spot.tall - (spot.sum.undisclosed ? STUB : 0)).toFixed(1), class: "node" }),
        ...(spot.sum.undisclosed ? [drawing("rect", { x: xs[place], y: (spot.y + spot.tall - STUB).toFixed(1), width: bar, height: STUB, fill: "url(#flow-hatch)" })] : []),
        drawing("rect", { class: "reach", x: middle ? xs[1] - 6 : place ? xs[2] : 0, y: spot.middle - spot.slot / 2 - 2, width: middle ? bar + (slim ? 12 : 90) : margin + bar, height: spot.slot + 4 }),
        ...texts,
      );
      node.style.color = `var(--${middle ? spot.key : spot.key === OTHERS ? "strong" : state.by === "kind" ? spot.key : parties.get(spot.key).kind})`;
      return node;
    }),
  );
  const heads = [["payer", margin + bar, "end"], ["instrument", xs[1] + bar / 2, "middle"], ["payee", xs[2], "start"]].map(([name, x, anchor]) => label(x, -8, t(`column.${name}`), { anchor, class: "faint" }));
  const svg = chartSvg(wide, tall + 24, t("view.flows"), drawing("defs", {}, hatch("flow-hatch")), drawing("g", { transform: "translate(0 20)" }, ...heads, ...ribbons, ...stubs, ...nodes));
  return roving(svg);
};

const nodeName = (key, side, kept) => (key === OTHERS ? t("flows.others", { count: kept[SIDES[side]].left }) : flowName(key));

/** Leave only one instrument in the filters, or all if it is the only one. */
const onlyInstrument = (name) => {
  const others = data.instruments.filter((other) => other !== name);
  const only = others.every((other) => state.instruments.has(other));
  state.instruments = new Set(only ? [] : others);
  showFilters();
  refilter();
};

VIEWS.flows = {
  show: showFlows,
  rows: () => ({
    columns: ["payer", "instrument", "payee", "low", "high", "undisclosed", "legs"],
    rows: flowsOf(shownLegs().legs, null, legKey)
      .sort((a, b) => b.sum.high - a.sum.high || b.legs.length - a.legs.length)
      .map(({ payer, instrument, payee, legs, sum }) => [flowName(payer), t(`instrument.${instrument}`), flowName(payee), ...ranged(sum), legs.length]),
  }),
};
