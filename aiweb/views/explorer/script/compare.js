/* -- the view that compares ---------------------------------------------- */

const COMPARED_FIRST = 8;
const askedFor = new Set();

KEPT.against = { write: () => state.against || "", read: (text) => (state.against = data.snapshots[text] ? text : "") };

/** What is compared with unless the reader chose: the article's day, or from there the registry's own. */
const againstKey = () => state.against || `${data.marked.find((iso) => iso !== world()) ?? data.asOf}/${state.preset}/${state.consideration}`;

const chosenSide = () => ({ state: Object.fromEntries(["date", "whatif", "preset", "consideration", "off"].map((name) => [name, state[name]])), now });

/** Act as if one side were what is shown; everything that asks `state` and `now` answers for it. */
const under = (side, act) => {
  const held = chosenSide();
  Object.assign(state, side.state);
  now = side.now;
  try {
    return act();
  } finally {
    Object.assign(state, held.state);
    now = held.now;
  }
};

const sideOf = (key) => {
  const [name, preset, consideration] = key.split("/");
  const whatif = data.dates.includes(name) ? "" : name;
  const side = { state: { date: whatif ? data.asOf : name, whatif, preset, consideration, off: new Set() }, now };
  return under(side, () => {
    settle();
    return { ...side, now };
  });
};

const sideName = ({ state: { date, whatif, preset, consideration, off } }) =>
  [whatif ? whatifTitle(whatifOf(whatif)) : day(date), t(`preset.${preset}`), t(`consideration.${consideration}`), off.size ? t("compare.off", { count: off.size }) : ""].filter(Boolean).join(" · ");

/** What differs between two sides, leg by leg and loop by loop. */
const sideDifferences = (before, after) => {
  const legs = { entered: [], left: [], changed: [], beside: [] };
  const seen = (side, leg) => under(side, () => now.counted.has(leg) && passes(leg));
  data.legs.forEach((_, leg) => {
    const [was, is] = [seen(before, leg), seen(after, leg)];
    const [one, other] = [before, after].map((side) => side.now.states[leg]);
    const worths = [before, after].map((side) => (side.now.states[leg].status ? under(side, () => worth(leg)) : undefined));
    const changed = one.status !== other.status || worths[0] !== worths[1];
    if (is && !was) legs.entered.push(leg);
    else if (was && !is) legs.left.push(leg);
    else if (changed && is) legs.changed.push(leg);
    else if (changed && under(one.status ? before : after, () => passes(leg))) legs.beside.push(leg);
  });
  const size = (leg) => Math.max(...[before, after].map((side) => (side.now.states[leg].status ? under(side, () => high(worth(leg))) : 0)));
  Object.values(legs).forEach((rows) => rows.sort((a, b) => size(b) - size(a) || a - b));
  const loops = { gained: [], lost: [], altered: [] };
  const [olds, news] = [before, after].map((side) => new Map(side.now.loops.map((loop) => [loop.id, loop])));
  for (const [id, loop] of news) {
    if (!olds.has(id)) loops.gained.push([undefined, loop]);
    else if (olds.get(id).amount !== loop.amount) loops.altered.push([olds.get(id), loop]);
  }
  for (const [id, loop] of olds) if (!news.has(id)) loops.lost.push([loop, undefined]);
  return { legs, loops };
};

/** The headline numbers of both sides: amounts, shares and counts. */
const comparedNumbers = (before, after) => {
  const both = [before, after].map((side) => side.now.snapshot);
  const amounts = ["circular", "gross", "net"].map((name) => ({ name: t(`number.${name}`), key: name, money: both.map(({ numbers }) => numbers[name]) }));
  const shares = ["low", "high"].map((bound) => ({ key: "share", bound, name: `${t("number.share")}, ${t(`bound.${bound}`)}`, texts: both.map(({ numbers }) => numbers[bound] || t("none")), points: both.map(({ numbers }) => parseFloat(numbers[bound] || "0")) }));
  const counts = [
    ["compare.counted", ({ numbers }) => numbers.count],
    ["compare.unknown", ({ numbers }) => numbers.undisclosed],
    ["compare.loops", ({ loops, more }) => [loops.length, more]],
  ].map(([word, of]) => {
    const found = both.map(of).map((value) => [value].flat());
    return { name: t(word), texts: found.map(([count, more]) => `${count}${more ? "+" : ""}`), counts: found.map(([count]) => count), more: found.some(([, more]) => more) };
  });
  return [...amounts, ...shares, ...counts];
};

/** A number of one side, which explains itself as it does at the head of the page. */
const sideNumber = (side, name, text) => make("button", { type: "button", class: "num", "aria-haspopup": "dialog", onclick: () => under(side, () => explain(explainNumber(name)())) }, text);

const changeText = (value, text) => (value === 0 ? t("compare.same") : `${value > 0 ? "+" : "−"}${text(Math.abs(value))}`);

const numbersTable = (before, after) => {
  const bound = (row, end) => {
    if (row.money) {
      const [one, other] = row.money.map((number) => data.money[number]);
      return changeText(other[end] - one[end], brief);
    }
    if (row.points) return end === row.bound ? changeText(Math.round((row.points[1] - row.points[0]) * 10) / 10, (value) => t("compare.points", { value })) : "";
    if (row.more) return end === "high" ? "" : t("compare.open");
    return end === "high" ? "" : changeText(row.counts[1] - row.counts[0], String);
  };
  const value = (row, index) => (row.key ? sideNumber([before, after][index], row.key, row.money ? money(row.money[index]) : row.texts[index]) : row.texts[index]);
  return make(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": t("numbers") },
    make(
      "table",
      { class: "compared" },
      make("caption", { class: "quiet" }, t("numbers")),
      make("thead", {}, make("tr", {}, ["compare.number", "compare.before", "compare.after", "compare.lower", "compare.upper"].map((word) => make("th", { scope: "col" }, t(word))))),
      make("tbody", {}, comparedNumbers(before, after).map((row) => make("tr", {}, make("th", { scope: "row" }, row.name), [0, 1].map((index) => make("td", {}, value(row, index))), row.money || row.points ? ["low", "high"].map((end) => make("td", {}, bound(row, end))) : make("td", { colspan: "2" }, bound(row, "low"))))),
    ),
  );
};

/** Rows of legs by deal: what each was worth and how it stood, before and after. */
const comparedLegs = (legs, before, after, kind) => {
  const byDeal = Map.groupBy ? Map.groupBy(legs, (leg) => data.legs[leg].deal) : legs.reduce((seen, leg) => seen.set(data.legs[leg].deal, [...(seen.get(data.legs[leg].deal) || []), leg]), new Map());
  const standing = (side, leg) => {
    const { status } = side.now.states[leg];
    return status ? under(side, () => [money(worth(leg)), t(`status.${status}`)]) : null;
  };
  return [...byDeal].map(([id, own]) =>
    make(
      "li",
      { class: state.chosen?.deal === id ? "chosen" : undefined },
      link(dealTitle(deals.get(id)), () => choose({ deal: id }, { scroll: narrow.matches }), { "data-key": `${kind}/${id}` }),
      own.map((leg) => {
        const { payer, payee, instrument } = data.legs[leg];
        const [one, other] = [standing(before, leg), standing(after, leg)];
        const told = !one ? other : !other ? one : one.map((text, index) => (text === other[index] ? text : `${text} → ${other[index]}`));
        const reason = kind === "left" ? under(after, () => why(leg)) : kind === "entered" && one ? under(before, () => why(leg)) : "";
        return make("small", {}, swatch(instrument), ` ${partyName(payer)} → ${partyName(payee)} · `, make("b", {}, told[0]), ` · ${t(`instrument.${instrument}`)} · ${told[1]}`, reason ? ` · ${t(kind === "left" ? "compare.now" : "compare.then", { reason })}` : "");
      }),
    ),
  );
};

const comparedLoops = (pairs, before, after) =>
  pairs.map(([one, other]) => {
    const said = [[before, one], [after, other]].map(([side, loop]) => loop && under(side, () => loopAmount(loop)));
    const name = loopText(other || one);
    return make(
      "li",
      {},
      other ? link(name, () => choose({ loop: other.id }, { scroll: narrow.matches }), { "data-key": `loop/${other.id}` }) : name,
      make("small", {}, make("b", {}, said.filter(Boolean).join(" → "))),
    );
  });

/** A heading with a list of which the first few are shown, and the others when asked for. */
const comparedPart = (box, name, rows, sum = "") => {
  const many = askedFor.has(name) ? rows.length : COMPARED_FIRST;
  return make(
    "section",
    {},
    make("h3", {}, t(`compare.${name}`), make("small", {}, ` ${rows.length}${sum ? ` · ${sum}` : ""}`)),
    rows.length ? make("ul", { class: "differences" }, rows.slice(0, many)) : make("p", { class: "soft" }, t("compare.none")),
    rows.length > many
      ? make("button", { type: "button", class: "button", onclick: () => {
          askedFor.add(name);
          VIEWS.compare.show(box);
          box.querySelectorAll(`[data-part="${name}"] li`)[many]?.querySelector("button")?.focus();
        } }, t("compare.more", { count: rows.length - many }))
      : "",
  );
};

/** A small map of one side: what only it has stands out, by width and colour; what both have is thin. */
const sideMap = (side, other, cores, place) => {
  const size = data.pictures[state.scope];
  const pairs = new Map();
  for (const [leg] of side.now.counted) {
    if (!under(side, () => passes(leg))) continue;
    const { payer, payee } = data.legs[leg];
    const key = `${payer} ${payee}`;
    const row = pairs.get(key) || { payer, payee, amount: 0, only: false };
    row.amount += under(side, () => high(worth(leg)));
    row.only ||= !(other.now.counted.has(leg) && under(other, () => passes(leg)));
    pairs.set(key, row);
  }
  const all = [...pairs.values()].sort((a, b) => b.only - a.only || b.amount - a.amount);
  const drawnPairs = all.filter(({ payer, payee }) => !cores || (cores.has(payer) && cores.has(payee))).slice(0, 400).reverse();
  const spot = (id) => parties.get(id).spots[state.scope];
  const ends = (rows) => new Set(rows.flatMap(({ payer, payee }) => [payer, payee]));
  const lit = ends(drawnPairs.filter(({ only }) => only));
  const lines = drawnPairs.map(({ payer, payee, amount, only }) => {
    const [[x1, y1], [x2, y2]] = [spot(payer), spot(payee)];
    const [dx, dy] = [(x2 - x1) / 8, (y2 - y1) / 8];
    return drawing("path", { class: only ? "only" : "same", d: `M${x1} ${y1}Q${(x1 + x2) / 2 - dy} ${(y1 + y2) / 2 + dx} ${x2} ${y2}`, "stroke-width": only ? 2 + 0.7 * Math.sqrt(amount / 1e9) : 1.2 });
  });
  const taken = [];
  const here = ends(drawnPairs);
  const sought = state.chosen?.party;
  const names = [...new Set([...(here.has(sought) ? [sought] : []), ...lit])].map((id) => [id, all.filter(({ payer, payee }) => [payer, payee].includes(id)).reduce((sum, { amount }) => sum + amount, 0)]).sort((a, b) => (b[0] === sought) - (a[0] === sought) || b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const scale = size.width / SIDE_MAP;
  const labels = names.flatMap(([id]) => {
    const [x, y] = spot(id);
    const name = shortened(partyName(id), 110);
    const wide = (state.language === "zh" ? 12.5 : 6.8) * name.length * scale;
    const box = { left: x - wide / 2, right: x + wide / 2, top: y + 10, bottom: y + 10 + 14 * scale };
    if (taken.some((one) => clash(one, box))) return [];
    taken.push(box);
    const centre = Math.min(size.width - wide / 2, Math.max(wide / 2, x));
    const text = drawing("text", { x: centre, y: y + 8 + 13 * scale, "text-anchor": "middle", "font-size": 12 * scale, "aria-hidden": "true" }, name);
    text.addEventListener("click", toggled({ party: id }));
    return [text];
  });
  const dots = [...here].sort(byRank).map((id) => {
    const [cx, cy] = spot(id);
    const circle = (r, kind) => drawing("circle", { cx, cy, r, class: kind });
    const totals = side.now.totals.get(id);
    const said = [partyName(id), ...(totals ? [`${t("pays")} ${money(totals[0])}`, `${t("receives")} ${money(totals[1])}`] : [])];
    return svgMark({ said, act: toggled({ party: id }), on: state.chosen?.party === id, key: `${place}:${id}`, "data-party": id }, circle(14 * scale, "reach"), circle(lit.has(id) ? 8 : 5, lit.has(id) ? "only" : "same"));
  });
  const count = all.filter(({ only }) => only).length;
  const says = t("compare.map", { side: sideName(side), count, all: all.length });
  return make(
    "figure",
    { class: "sidemap" },
    make("figcaption", {}, make("h3", {}, sideName(side)), make("p", { class: "soft" }, t("compare.map.says", { count, all: all.length }))),
    roving(drawing("svg", { viewBox: `-10 -30 ${size.width + 20} ${size.height + 60}`, role: "group", "aria-label": says }, ...lines, ...dots, ...labels)),
  );
};
const SIDE_MAP = 480;

const againstChooser = (key, box) => {
  const parts = key.split("/");
  const pick = (index, id, word, options) =>
    make(
      "label",
      {},
      make("span", {}, t(word)),
      make("select", { id, onchange: (event) => {
        const wanted = parts.with ? parts.with(index, event.target.value) : parts.map((text, at) => (at === index ? event.target.value : text));
        state.against = wanted.join("/");
        askedFor.clear();
        VIEWS.compare.show(box);
        at(id).focus();
        remember(true);
        say(t("live.compared", { one: sideName(sideOf(againstKey())), other: sideName(chosenSide()) }));
      } }, options),
    );
  const option = (index, value, text) => make("option", { value, selected: parts[index] === value }, text);
  const days = [...data.dates].reverse().map((iso) => option(0, iso, [day(iso), dayNote(iso)].filter(Boolean).join(", ")));
  return make(
    "div",
    { class: "chooser" },
    pick(0, "against-world", "compare.with", data.whatifs.length ? [make("optgroup", { label: t("compare.days") }, days), make("optgroup", { label: t("compare.whatifs") }, data.whatifs.map((row) => option(0, row.name, whatifTitle(row))))] : days),
    pick(1, "against-preset", "convention", PRESETS.map((name) => option(1, name, t(`preset.${name}`)))),
    pick(2, "against-consideration", "consideration", CONSIDERATIONS.map((name) => option(2, name, t(`consideration.${name}`)))),
    make("button", { type: "button", class: "button", id: "swap", onclick: () => {
      const [name, preset, consideration] = parts;
      const whatif = data.dates.includes(name) ? "" : name;
      const here = `${world()}/${state.preset}/${state.consideration}`;
      Object.assign(state, { date: whatif ? data.asOf : name, whatif, preset, consideration, against: here, off: new Set() });
      buildSwitches();
      resnap(true);
      at("swap").focus();
    } }, t("compare.swap")),
  );
};

const showCompare = (box) => {
  const [before, after] = [sideOf(againstKey()), chosenSide()];
  const { legs, loops } = sideDifferences(before, after);
  const sum = (side, rows) => (rows.length ? written(summed(rows.map((leg) => under(side, () => worth(leg))))) : "");
  const cores = [before, after].every((side) => side.now.core) && state.scope === "core" ? new Set([...before.now.core, ...after.now.core]) : null;
  const same = againstKey() === `${world()}/${state.preset}/${state.consideration}` && !state.off.size;
  const rows = { entered: [after], left: [before], changed: [], beside: [] };
  const sections = [
    ...Object.entries(rows).map(([name, [side]]) => comparedPart(box, name, comparedLegs(legs[name], before, after, name), side ? sum(side, legs[name]) : "")),
    ...Object.entries(loops).map(([name, pairs]) => comparedPart(box, name, comparedLoops(pairs, before, after))),
  ];
  [...Object.keys(rows), ...Object.keys(loops)].forEach((name, index) => sections[index].setAttribute("data-part", name));
  renew(
    box,
    make("h2", {}, t("compare.title")),
    make("p", { class: "soft" }, t("compare.says")),
    againstChooser(againstKey(), box),
    make("p", { class: "versus" }, make("b", {}, sideName(before)), ` ${t("compare.to")} `, make("b", {}, sideName(after))),
    same ? make("p", { class: "warn" }, t("compare.equal")) : "",
    filtered() ? make("p", { class: "warn" }, t("compare.filtered")) : "",
    numbersTable(before, after),
    make("p", { class: "soft" }, t("compare.bounds")),
    make("div", { class: "maps" }, sideMap(before, after, cores, "before"), sideMap(after, before, cores, "after")),
    make("div", { class: "parts" }, sections),
  );
};

VIEWS.compare = {
  show: showCompare,
  rows: () => {
    const [before, after] = [sideOf(againstKey()), chosenSide()];
    const { legs, loops } = sideDifferences(before, after);
    const amount = (number) => (number === undefined ? ["", ""] : [data.money[number].low, data.money[number].high]);
    const of = (side, leg) => {
      const { status } = side.now.states[leg];
      return status ? [t(`status.${status}`), ...amount(under(side, () => worth(leg)))] : ["", "", ""];
    };
    const numbers = comparedNumbers(before, after).map((row) => [
      t("compare.number"), row.name, "", "", "", "", "",
      ...(row.money ? row.money.flatMap(amount) : row.texts.flatMap((text) => [text, text])),
    ]);
    const deal = Object.entries(legs).flatMap(([name, rows]) => rows.map((leg) => {
      const { payer, payee, instrument, deal: id } = data.legs[leg];
      const [[was, ...one], [is, ...other]] = [of(before, leg), of(after, leg)];
      return [t(`compare.${name}`), dealTitle(deals.get(id)), partyName(payer), partyName(payee), t(`instrument.${instrument}`), was, is, ...one, ...other];
    }));
    const round = Object.entries(loops).flatMap(([name, pairs]) => pairs.map(([one, other]) => [t(`compare.${name}`), loopText(other || one), "", "", "", "", "", ...amount(one?.amount), ...amount(other?.amount)]));
    return { columns: ["part", "what", "payer", "payee", "instrument", "before-status", "after-status", "before-low", "before-high", "after-low", "after-high"], rows: [...numbers, ...deal, ...round] };
  },
};
