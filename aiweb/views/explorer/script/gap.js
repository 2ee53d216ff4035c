/* -- the view of the gap ------------------------------------------------- */

const CLASSES = ["contractual", "conditional", "announced"];
const SOURCES = ["operating", "financing in", "interest in", "trading in"];
const ROLES = [...SOURCES, "financing out", "interest out", "trading out"];
const ROLE_COLOURS = { operating: "strong", financing: "equity", interest: "loan", trading: "purchase" };
const CLASS_COLOURS = { contractual: "ink", conditional: "accent", announced: "equity" };
const roleColour = (role) => ROLE_COLOURS[role.split(" ")[0]];
const roleText = (role) => t(`role.${role.replace(" ", "-")}`);
const classText = (name) => t(`class.${name}`);

/** What the analyses say of a line in English, in the words of the page. */
const HOWS = [
  ["even", /^spread evenly over (.+)$/],
  ["rest", /^what is unpaid, spread evenly over the rest of (.+)$/],
  ["schedule", /^published schedule$/],
  ["paid", /^paid (.+)$/],
  ["repaid", /^repaid (.+)$/],
  ["principal", /^principal falls due (\S+)$/],
  ["principal-less", /^principal falls due (\S+), less (.+) repaid$/],
  ["interest-open", /^interest at (.+); no maturity is published$/],
  ["interest", /^interest at (.+)$/],
  ["closed", /^closed (.+): taken to be in the opening balance$/],
  ["credit", /^counted as undrawn credit in the opening balance$/],
  ["undated", /^no schedule or term is published$|^no source says when it is paid$/],
  ["undisclosed", /^amount undisclosed$/],
  ["drawn", /^(?:interest: )?what (?:of it is|is) drawn(?: of it)? is not published$/],
  ["rate", /^(?:interest: )?no rate of interest is published$/],
  ["cash", /^cash at any date$/],
  ["forecast-parts", /^a free-cash-flow forecast for (.+); of its parts (.+) (?:is|are) published$/],
  ["forecast", /^a free-cash-flow forecast for (.+)$/],
  ["flow", /^(\S+) free cash flow of (.+)$/],
];
const howText = (text) => {
  if (state.language === "en") return text;
  const found = HOWS.find(([, pattern]) => pattern.test(text));
  if (!found) return text;
  const [, one = "", two = ""] = text.match(found[1]);
  return t(`how.${found[0]}`, { one: found[0] === "flow" ? t(`figure.${one}`) : one.replaceAll(" from ", " 自 "), two });
};

/* Leaving things out. */

let kin = null;

/** The legs whose worth hangs on that of a leg: it is part of them, or they overlap, however many steps away. */
const related = (leg) => {
  if (!kin) {
    kin = data.legs.map(() => []);
    data.legs.forEach(({ facts }, one) => facts.forEach(({ key, legs }) => (key === "part_of" || key === "overlaps") && legs.forEach((other) => {
      kin[one].push(other);
      kin[other].push(one);
    })));
  }
  const found = new Set([leg]);
  for (const one of found) kin[one].forEach((other) => found.add(other));
  return found;
};

const shortOf = ({ minimum }, [, low, upper, marks]) => ({ low: Math.max(0, minimum - upper), high: Math.max(0, minimum - low), unbounded: marks > 1 });

/** Run the cash of a path from the opening balance on, as `analysis/funding.py` does. */
const runPath = (row, items, { class: sure, overlap }) => {
  const rank = CLASSES.indexOf(sure);
  let { low, high: upper, unbounded: more = false } = data.money[row.opening];
  let [less, unknown] = [false, 0];
  const years = [];
  for (let year = row.begin; year <= row.reach; year += 1) {
    for (const { year: when, role, class: kind, amount: number } of items) {
      if (when !== year || CLASSES.indexOf(kind) > rank || (overlap === "full" && /interest|trading/.test(role))) continue;
      const amount = data.money[number];
      const source = SOURCES.includes(role);
      unknown += amount.undisclosed || 0;
      low += source ? amount.low : -amount.high;
      upper += source ? amount.high : -amount.low;
      // What nobody has published of a use can only add to what is short.
      if (source) more ||= Boolean(amount.unbounded);
      else less ||= Boolean(amount.unbounded || amount.undisclosed);
    }
    if (year >= row.since) years.push([year, low, upper, Number(more) + 2 * Number(less), unknown]);
  }
  const short = years.map((end) => shortOf(row, end));
  const first = ["high", "low"].map((bound) => years[short.findIndex((one) => one[bound] > 0)]?.[0] || 0);
  const most = (bound) => Math.max(...short.map((one) => one[bound]));
  const peak = { low: most("low"), high: most("high"), unbounded: short.some((one) => one.unbounded) };
  return { class: sure, overlap, first, peak: moneyNumber(peak), end: moneyNumber(short.at(-1)), years };
};

/** The gap of a party in a world, without what is left out; it is `refused` where that would change what other deals are worth. */
const gapOf = (party, name = world(), off = state.off) => {
  const row = data.gaps[name]?.paths.find((one) => one.party === party);
  if (!row || !off.size) return row;
  const states = data.states[name];
  const mine = (leg) => states[leg].status && [data.legs[leg].payer, data.legs[leg].payee].includes(party);
  const gone = data.legs.map((_, leg) => leg).filter((leg) => mine(leg) && leavesOut(off, leg));
  if (gone.some((leg) => [...related(leg)].some((other) => mine(other) && !leavesOut(off, other)))) return { ...row, refused: true };
  const stays = ({ leg }) => leg === undefined || !leavesOut(off, leg);
  const items = row.items.filter(stays);
  const sure = items.filter(({ role, class: kind }) => kind === "contractual" || !SOURCES.includes(role));
  const paths = row.paths.map((path) => runPath(row, items, path));
  const failing = paths.filter((path) => path.class !== "contractual").map((path) => [path, runPath(row, sure, path)]);
  return {
    ...row,
    items,
    undated: row.undated.filter(stays),
    paths,
    failing: failing.filter(([path, failed]) => String(path.years) !== String(failed.years)).map(([, failed]) => failed),
    net: [],
    vendors: [],
    less: true,
  };
};

/** The party whose gap is shown: the chosen one, if anything is known of its gap, else the last one or the first. */
let lastGap = "";

const gapParty = (name = world()) => {
  const { paths = [], lacking = [] } = data.gaps[name] || {};
  const all = [...paths, ...lacking].map(({ party }) => party);
  const first = data.gaps[data.asOf]?.paths[0]?.party;
  return [state.chosen?.party, lastGap, first].find((party) => all.includes(party)) || all[0] || "";
};

/* Words. */

const cashText = (low, upper, marks = 0) => {
  const zh = state.language === "zh";
  const unit = zh ? "美元" : "";
  const text = low === upper ? `${brief(low)}${unit}` : low < 0 ? t("gap.range", { low: `${brief(low)}${unit}`, high: `${brief(upper)}${unit}` }) : written({ low, high: upper });
  return `${text}${marks % 2 ? (zh ? "以上" : "+") : ""}${marks > 1 ? t("gap.or-less") : ""}`;
};

const firstText = ([worst, best]) => {
  if (!worst) return t("gap.never");
  if (worst === best) return t("gap.first", { year: worst });
  return t("gap.first-both", { worst, best: best || t("gap.never-word") });
};

/** First short year and peak, or for a path that is never short the cash at its end. */
const peakText = (path) => (path.first[0] ? `${t("gap.peak")} ${money(path.peak)}` : t("gap.cash-end", { year: path.years.at(-1)[0], amount: cashText(...path.years.at(-1).slice(1, 4)) }));

/** Paths that are the same, with the classes and the overlaps that they are of. */
const grouped = (paths) => {
  const found = new Map();
  for (const path of paths) {
    const key = path.overlap + JSON.stringify(path.years ?? [path.first, path.peak, path.end]);
    if (!found.has(key)) found.set(key, { ...path, classes: [] });
    found.get(key).classes.push(path.class);
  }
  return [...found.values()];
};

const semicolon = () => (state.language === "zh" ? "；" : "; ");
const pathText = (path) => `${classesText(path)}${semicolon()}${t(`overlap.${path.overlap}`)}`;
const classesText = ({ classes }) => (classes.length === CLASSES.length ? t("class.all") : classes.map(classText).join(t("class.and")));

const gapCommand = (verb, ...words) => command(verb, ...words).replace(/ --(under|consideration) \S+/g, "");

/** Say how cash at the end of a year comes about. */
const gapAnswer = (row, path, year) => () => {
  const rank = CLASSES.indexOf(path.classes.at(-1));
  const items = row.items.filter((item) => item.year <= year && CLASSES.indexOf(item.class) <= rank && !(path.overlap === "full" && /interest|trading/.test(item.role)));
  const sums = ROLES.map((role) => [role, items.filter((item) => item.role === role)]).filter(([, own]) => own.length);
  const end = path.years.find(([when]) => when === year);
  const sum = (own) => {
    const { low, high: upper, unbounded } = summed(own.map(({ amount }) => amount));
    return cashText(low, upper, Number(unbounded));
  };
  return {
    title: t("gap.cash-of", { name: partyName(row.party), year }),
    says: pathText(path),
    rule: false,
    steps: [
      { text: t("gap.opening", { on: row.on }), amount: money(row.opening) },
      ...sums.map(([role, own]) => ({ text: `${SOURCES.includes(role) ? "+" : "−"} ${t("gap.until", { role: roleText(role), year })}`, amount: sum(own) })),
      { text: t("gap.cash"), amount: cashText(...end.slice(1, 4)), sum: true },
      { text: t("gap.short"), amount: written(shortOf(row, end)), sum: true },
    ],
    legs: items.filter(({ leg }) => leg !== undefined).sort((a, b) => high(b.amount) - high(a.amount)).map(({ leg, amount }) => [leg, amount]),
    notes: end[4] ? [t("gap.unknown", { count: end[4] })] : [],
    command: gapCommand("explain", "gap", row.party, String(year)),
  };
};

const peakYear = (row, path) => path.years.reduce((best, end) => (shortOf(row, end).high > shortOf(row, best).high ? end : best))[0];

const verdictRow = (row, path) =>
  make(
    "li",
    {},
    make("b", {}, firstText(path.first)),
    path.first[0]
      ? make("span", {}, `${t("gap.peak")} `, explained(money(path.peak), gapAnswer(row, path, peakYear(row, path))), ` · ${t("gap.end", { year: row.reach })} `, explained(money(path.end), gapAnswer(row, path, row.reach)))
      : make("span", {}, explained(peakText(path), gapAnswer(row, path, row.reach))),
    make("small", {}, pathText(path)),
  );

/** What is in no year, so in no path, and not in the opening cash: signed or only announced, uses and sources. */
const undatedOf = (row) => {
  const rows = row.undated.filter(({ settled }) => !settled);
  const part = (signed, source) => {
    const own = rows.filter((item) => (item.class !== "announced") === signed && SOURCES.includes(item.role) === source && high(item.amount) + Number(Boolean(data.money[item.amount].unbounded)));
    const { low, high: upper, unbounded } = summed(own.map(({ amount }) => amount));
    return { signed, source, own: own.sort((a, b) => high(b.amount) - high(a.amount)), sum: { low, high: upper, unbounded } };
  };
  const parts = [part(true, false), part(true, true), part(false, false), part(false, true)];
  return { rows, parts, open: summed(rows.map(({ amount }) => amount)).undisclosed, settled: row.undated.length - rows.length };
};

const undatedParts = (row, box) => {
  const { rows, parts, open, settled } = undatedOf(row);
  if (!rows.length) return "";
  const listed = () => {
    const list = box.querySelector("[data-open=undated]");
    list.open = true;
    list.firstChild.focus();
    list.scrollIntoView({ block: "start" });
  };
  const comma = state.language === "zh" ? "、" : ", ";
  const texts = parts.filter(({ own }) => own.length).map(({ signed, source, own, sum }) => {
    const few = [...new Set(own.map(({ leg }) => dealTitle(deals.get(data.legs[leg].deal))))];
    const text = t(`gap.not-in.${signed ? "signed" : "announced"}-${source ? "sources" : "uses"}`, { amount: written(sum) });
    return signed && !source ? `${text}${t("gap.not-in.such", { names: few.slice(0, 2).join(semicolon()) + (few.length > 2 ? "…" : "") })}` : text;
  });
  if (open) texts.push(t("gap.not-in.open", { count: open }));
  const last = texts.pop();
  const said = texts.length ? t("gap.not-in.and", { most: texts.join(comma), last }) : last;
  return make("p", { id: "gap-not-in" }, `${t("gap.not-in", { said })}${settled ? t("gap.not-in.settled", { count: settled }) : ""} `, link(t("gap.not-in.list"), listed));
};

/* Drawings. */

/** Cash at year ends, worst to best, for the classes under one overlap. */
const cashChart = (row, paths, wide) => {
  const tall = 300;
  const [top, bottom, left, right] = [18, tall - 26, 64, wide - 14];
  const opening = data.money[row.opening];
  const bounds = [0, opening.low, opening.high, ...row.paths.flatMap(({ years }) => years.flatMap(([, low, upper]) => [low, upper]))];
  const room = (Math.max(...bounds) - Math.min(...bounds)) * 0.08 || 1;
  const y = linear([Math.min(...bounds) - room, Math.max(...bounds) + room], [bottom, top]);
  const years = paths[0].years.map(([year]) => year);
  const opens = row.begin === row.since;
  const x = band([...(opens ? [t("gap.open")] : []), ...years], [left, right], 0);
  const at0 = (year) => x(year) + x.width / 2;
  const open = opens ? [[at0(t("gap.open")), y(opening.low), y(opening.high)]] : [];
  const zero = y(0);
  const clip = `under-${paths[0].overlap}`;
  const shapes = [...paths].reverse().map((path) => {
    const spots = [...open, ...path.years.map(([year, low, upper]) => [at0(year), y(low), y(upper)])];
    const line = (place) => spots.map((spot, step) => `${step ? "L" : "M"}${spot[0].toFixed(1)} ${spot[place].toFixed(1)}`).join("");
    const colour = CLASS_COLOURS[path.classes[0]];
    const area = `${line(1)}${[...spots].reverse().map((spot) => `L${spot[0].toFixed(1)} ${spot[2].toFixed(1)}`).join("")}Z`;
    const shade = path.classes.includes("contractual") ? [drawing("path", { class: "short", "clip-path": `url(#${clip})`, d: `${line(1)}L${spots.at(-1)[0].toFixed(1)} ${zero}L${spots[0][0].toFixed(1)} ${zero}Z` })] : [];
    const group = drawing("g", { class: `cash ${path.classes[0]}` }, ...shade, drawing("path", { class: "between", d: area }), drawing("path", { class: "worst", d: line(1) }), drawing("path", { class: "best", d: line(2) }));
    group.style.color = `var(--${colour})`;
    return group;
  });
  const dots = paths.flatMap((path) => path.years.map((end) => {
    const [year, low, upper, marks] = end;
    const said = [`${year}: ${cashText(low, upper, marks)}`, classesText(path), t("gap.short-of", { amount: written(shortOf(row, end)) })];
    const dot = svgMark({ said, key: `cash:${path.overlap}:${path.classes[0]}:${year}`, class: "dot", act: () => explain(gapAnswer(row, path, year)()) }, drawing("circle", { cx: at0(year), cy: y(low), r: 4.5 }), drawing("circle", { class: "target", cx: at0(year), cy: y(low), r: 12 }));
    dot.style.color = `var(--${CLASS_COLOURS[path.classes[0]]})`;
    return dot;
  }));
  const main = paths.find(({ classes }) => classes.includes("contractual")) || paths[0];
  const noted = [];
  if (main.first[0]) {
    const peak = peakYear(row, main);
    const spot = (year) => main.years.find(([when]) => when === year);
    noted.push([main.first[0], spot(main.first[0])[1], main.first[0] === peak ? `${firstText(main.first)} · ${t("gap.peak")} ${brief(high(main.peak))}` : firstText(main.first)]);
    if (peak !== main.first[0]) noted.push([peak, spot(peak)[1], `${t("gap.peak")} ${brief(high(main.peak))}${data.money[main.peak].unbounded ? "+" : ""}`]);
  }
  const notes = noted.map(([year, low, text]) => {
    const late = at0(year) > (left + right) / 2;
    return label(at0(year) + (late ? -10 : 10), Math.min(y(low) + 20, bottom - 6), text, { anchor: late ? "end" : "start", class: "strong noted" });
  });
  return chartSvg(
    wide,
    tall,
    `${t("gap.chart")}: ${t(`overlap.${paths[0].overlap}`)}`,
    drawing("clipPath", { id: clip }, drawing("rect", { x: 0, y: zero, width: wide, height: Math.max(0, tall - zero) })),
    axis(y, { side: "left", from: left, to: right, wanted: 6 }),
    axis(x, { side: "bottom", from: bottom, to: bottom, grid: false }),
    ...shapes,
    drawing("path", { class: "zero", d: `M${left} ${zero}H${right}` }),
    ...dots,
    ...notes,
  );
};

/** What comes in and what goes out by year, stacked: by role, and the less sure the paler. */
const stackChart = (row, wide) => {
  const tall = 320;
  const [top, bottom, left, right] = [12, tall - 26, 64, wide - 14];
  const years = [...new Set(row.items.map(({ year }) => year))].sort();
  const parts = years.flatMap((year) => {
    const ends = [0, 0];
    return ROLES.flatMap((role) => CLASSES.map((kind) => {
      const own = row.items.filter((item) => item.year === year && item.role === role && item.class === kind);
      const sum = summed(own.map(({ amount }) => amount));
      // Operations may take money: then their worse bound is drawn, and below the line.
      const size = role === "operating" && sum.high <= 0 ? sum.low : SOURCES.includes(role) ? sum.high : -sum.high;
      const side = Number(size < 0);
      const from = ends[side];
      ends[side] += size;
      return { year, role, kind, own, sum, from, to: ends[side], size };
    })).filter(({ size }) => size);
  });
  const bounds = [0, ...parts.map(({ to }) => to)];
  const y = linear([Math.min(...bounds) * 1.05, Math.max(...bounds) * 1.05], [bottom, top]);
  const x = band(years, [left, right], 0.35);
  const marks = parts.map(({ year, role, kind, own, sum, from, to }) => {
    const said = [`${year}, ${roleText(role)}: ${cashText(sum.low, sum.high, Number(sum.unbounded))}`, classText(kind), t("gap.lines", { count: own.length })];
    const box = drawing("rect", { class: `bar ${kind}`, x: x(year), y: Math.min(y(from), y(to)), width: x.width, height: Math.max(1, Math.abs(y(from) - y(to))) });
    const act = () => explain({ title: said[0], says: said[1], rule: false, steps: own.map((item) => ({ text: item.leg === undefined ? howText(item.how) : arrow(data.legs[item.leg].payer, data.legs[item.leg].payee), amount: itemText(item) })), legs: own.filter(({ leg }) => leg !== undefined).map(({ leg, amount }) => [leg, amount]), command: gapCommand("gap", row.party) });
    const node = svgMark({ said, key: `bar:${year}:${role}:${kind}`, act }, box);
    node.style.color = `var(--${roleColour(role)})`;
    return node;
  });
  return chartSvg(
    wide,
    tall,
    t("gap.sums"),
    axis(y, { side: "left", from: left, to: right, wanted: 6 }),
    axis(x, { side: "bottom", from: bottom, to: bottom, grid: false }),
    ...marks,
    drawing("path", { class: "zero", d: `M${left} ${y(0)}H${right}` }),
  );
};

const itemText = ({ amount }) => {
  const { low, high: upper } = data.money[amount];
  return low < 0 ? cashText(low, upper, Number(data.money[amount].unbounded || 0)) : money(amount);
};

/* Tables. */

/** A table with its first rows, and a button that brings the others. */
const linesTable = (caption, heads, rows, most = 40) => {
  const body = make("tbody", {});
  const more = make("button", { type: "button", class: "button", onclick: () => {
    body.append(...rows.slice(body.childNodes.length));
    more.remove();
  } }, t("more", { count: rows.length - most }));
  body.append(...rows.slice(0, most));
  return make(
    "div",
    { class: "scroll" },
    make("table", { class: "lines" }, make("caption", {}, caption), make("thead", {}, make("tr", {}, heads.map((key) => make("th", { scope: "col" }, t(key))))), body),
    rows.length > most ? more : "",
  );
};

const lineRow = (...texts) => make("tr", {}, texts.map((text) => make("td", typeof text === "object" && text.n ? { class: "n" } : {}, text?.n ?? text)));

const legLink = (leg) => link(dealTitle(deals.get(data.legs[leg].deal)), () => choose({ deal: data.legs[leg].deal, leg }, { focus: true }));

const whereFrom = ({ leg, figure }) => {
  if (leg !== undefined) return make("span", {}, legLink(leg), make("small", {}, arrow(data.legs[leg].payer, data.legs[leg].payee)));
  return make("span", {}, t(`metric.${figure.metric}`), make("small", {}, figure.sources.map((number) => outward(data.sources[number], data.sources[number].publisher)).flatMap((one, step) => [step ? ", " : "", one])));
};

const itemRow = (item) => lineRow(String(item.year), roleText(item.role), classText(item.class), { n: itemText(item) }, whereFrom(item), howText(item.how));

const netParts = (row) => {
  if (row.less) return [make("h3", {}, t("gap.net")), make("p", { class: "warn" }, t("gap.net-off")), copied(gapCommand("gap", row.party))];
  const parts = [make("h3", {}, t("gap.net")), make("p", { class: "soft" }, t("gap.net.says"))];
  if (row.vendors.length) {
    const rows = row.vendors.map((one) => lineRow(classText(one.class), { n: money(one.received) }, { n: money(one.circular) }, { n: one.share || "–" }, make("span", {}, one.legs.slice(0, 6).flatMap((leg, step) => [step ? ", " : "", legLink(leg)]))));
    parts.push(linesTable(t("gap.vendors"), ["gap.class", "gap.received", "gap.circular", "gap.share", "gap.held"], rows));
  }
  const moved = grouped(row.net.filter(({ years }) => data.money[years.at(-1)[5]].high || data.money[years.at(-1)[5]].unbounded));
  if (!moved.length) parts.push(make("p", {}, t(row.vendors.length ? "gap.net-same" : "gap.net-none", { since: row.since, until: row.reach })));
  else parts.push(make("ul", { class: "verdicts" }, moved.map((path) => make("li", {}, make("b", {}, firstText(path.first)), make("span", {}, path.first[0] ? `${t("gap.peak")} ${money(path.peak)} · ${t("gap.end", { year: row.reach })} ${money(path.end)}` : peakText(path)), make("small", {}, pathText(path))))));
  return parts;
};

const worldButton = (name) => {
  const one = whatifOf(name);
  return make("button", { type: "button", class: "button", onclick: () => {
    Object.assign(state, { whatif: one ? name : "", date: one ? data.asOf : name });
    resnap(true);
  } }, one ? whatifTitle(one) : day(name));
};

/** Say that a world has no such numbers, and go to one that has. */
const noWorld = (key, worlds) => [make("p", { class: "warn" }, t(key, { date: day(state.date) })), make("p", { class: "buttons" }, Object.keys(worlds).filter((name) => data.dates.includes(name)).map(worldButton))];

const partyChoice = (paths, lacking, party) => {
  const options = (rows) => rows.map((one) => make("option", { value: one.party, selected: one.party === party }, partyName(one.party)));
  return make(
    "p",
    { class: "choices" },
    make("label", { for: "gap-party" }, t("gap.party")),
    make(
      "select",
      { id: "gap-party", "data-key": "gap-party", onchange: ({ target }) => {
        lastGap = target.value;
        choose({ party: target.value }, { tab: state.tab });
      } },
      paths.length ? make("optgroup", { label: t("gap.with") }, options(paths)) : "",
      lacking.length ? make("optgroup", { label: t("gap.lacking") }, options([...lacking].sort((a, b) => inOrder(partyName(a.party), partyName(b.party))))) : "",
    ),
  );
};

const showGap = (box) => {
  const rows = data.gaps[world()];
  const head = [make("h2", {}, t("gap.title")), make("p", { class: "soft" }, t("gap.says"))];
  if (!rows) return renew(box, head, noWorld("gap.no-day", data.gaps));
  const party = gapParty();
  lastGap = party;
  const row = gapOf(party);
  const lacking = rows.lacking.find((one) => one.party === party);
  const missing = (names) => make("ul", { class: "dots" }, names.map((name) => make("li", {}, howText(name))));
  const choice = party ? partyChoice(rows.paths, rows.lacking, party) : make("p", {}, t("gap.nobody"));
  if (!row || row.refused) {
    const said = row
      ? [make("p", { class: "warn" }, t("gap.refused"))]
      : lacking
        ? [make("p", {}, make("b", {}, t("gap.without", { name: partyName(party) }))), missing(lacking.missing), state.off.size ? "" : make("p", { class: "soft" }, t("gap.known", { items: lacking.items, cash: lacking.opening === undefined ? t("none") : `${money(lacking.opening)} (${lacking.on})` }))]
        : [];
    return renew(box, head, choice, said, party ? copied(gapCommand("gap", party)) : "");
  }
  const wide = roomy(box);
  const paths = grouped(row.paths);
  const overlaps = [...new Set(paths.map(({ overlap }) => overlap))];
  const two = overlaps.length > 1 && wide >= 760;
  const each = two ? Math.floor((wide - 20) / 2) : wide;
  const legendRows = [...new Set(paths.map(({ classes }) => classes[0]))].map((name) => ({ colour: CLASS_COLOURS[name], text: classText(name), kind: name === "contractual" ? "line" : "dash" }));
  const charts = overlaps.map((overlap) => make("div", {}, make("p", { class: "soft" }, t(`overlap.${overlap}`)), cashChart(row, paths.filter((path) => path.overlap === overlap), each)));
  const kinds = [...new Set(row.items.map(({ role }) => role.split(" ")[0]))];
  renew(
    box,
    head,
    choice,
    state.off.size ? make("p", { class: "soft" }, t("gap.off")) : "",
    make("ul", { class: "verdicts first", id: "gap-verdicts" }, paths.map((path) => verdictRow(row, path))),
    undatedParts(row, box),
    row.missing.length ? make("p", { class: "soft" }, `${t("gap.reach", { year: row.reach })} ${row.missing.map(howText).join(semicolon())}`) : "",
    chart({ title: t("gap.chart"), says: t("gap.chart.says"), svg: make("div", { class: two ? "pair" : "" }, charts), ...VIEWS.gap.rows(), legend: legend([...legendRows, { colour: "warn", text: t("gap.shade"), kind: "light" }]), key: "gap-cash" }),
    row.failing.length ? make("ul", { class: "verdicts" }, grouped(row.failing).map((path) => make("li", {}, make("b", {}, firstText(path.first)), path.first[0] ? make("span", {}, `${t("gap.peak")} ${money(path.peak)}`) : "", make("small", {}, `${t("gap.failing")}${semicolon()}${pathText(path)}`)))) : "",
    chart({ title: t("gap.sums"), says: t("gap.sums.says"), svg: stackChart(row, wide), columns: ["year", "role", "class", "low", "high"], rows: () => row.items.map((item) => [item.year, roleText(item.role), classText(item.class), data.money[item.amount].low, data.money[item.amount].unbounded ? "" : high(item.amount)]), legend: legend([...kinds.map((kind) => ({ colour: ROLE_COLOURS[kind], text: t(`role.${kind}`) })), { colour: "ink", text: t("gap.paler"), kind: "light" }]), key: "gap-sums" }),
    netParts(row),
    make("h3", {}, t("gap.items")),
    linesTable(t("gap.items.says"), ["column.year", "gap.role", "gap.class", "column.amount", "gap.from", "gap.how"], row.items.map(itemRow)),
    row.undated.length ? make("details", { "data-open": "undated" }, make("summary", {}, t("gap.undated", { count: row.undated.length })), linesTable(t("gap.undated.says"), ["gap.role", "gap.class", "column.amount", "gap.from", "gap.how"], row.undated.map((item) => lineRow(roleText(item.role), classText(item.class), { n: money(item.amount) }, whereFrom(item), howText(item.how))))) : "",
    make("p", { class: "soft" }, t("explain.command")),
    copied(gapCommand("gap", party)),
  );
};

/** First short year and peak of the party shown, before and after, for the table of changes. */
const gapChanges = () => {
  const party = gapParty();
  const before = gapOf(party, state.whatif ? data.asOf : state.date, new Set());
  const after = gapOf(party);
  if (!before && !after) return [];
  const text = (row, path) => {
    const own = row && !row.refused && row.paths.find((one) => one.class === path.class && one.overlap === path.overlap);
    return own ? `${firstText(own.first)}${semicolon()}${peakText(own)}` : t(row?.refused ? "gap.refused-short" : "gap.no-path");
  };
  const rows = new Map();
  for (const path of (before || after).paths) {
    const texts = [text(before, path), text(after, path)];
    const key = [path.overlap, ...texts].join("\n");
    if (!rows.has(key)) rows.set(key, { classes: [], overlap: path.overlap, texts });
    rows.get(key).classes.push(path.class);
  }
  return [...rows.values()].map((row) => [`${t("gap.of", { name: partyName(party) })}: ${classesText(row)}${semicolon()}${t(`overlap.${row.overlap}.short`)}`, ...row.texts]);
};

VIEWS.gap = {
  show: showGap,
  rows: () => {
    const row = gapOf(gapParty());
    const ends = row && !row.refused ? row.paths : [];
    return {
      columns: ["year", "class", "overlap", "cash-low", "cash-high", "short-low", "short-high", "undisclosed"],
      rows: ends.flatMap((path) => path.years.map((end) => {
        const [year, low, upper, marks, unknown] = end;
        const short = shortOf(row, end);
        return [year, classText(path.class), t(`overlap.${path.overlap}.short`), marks > 1 ? "" : low, marks % 2 ? "" : upper, short.low, marks > 1 ? "" : short.high, unknown];
      })),
    };
  },
};
