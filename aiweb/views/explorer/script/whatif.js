/* -- what if: what ships, and what the reader leaves out ------------------- */

/* To leave something out can only take legs, hops and loops away, so what Python gave is filtered and added up again.
   But of two legs that overlap, the one that stays counts in full again. */

const numbered = new Map();

/** Keep an amount worked out here like those of `data.money`, under a number. */
const moneyNumber = ({ low, high: upper, undisclosed = 0, ceilings = 0, unbounded = false }) => {
  const key = [low, upper, undisclosed, ceilings, unbounded].join();
  if (!numbered.size) data.money.forEach((one, number) => numbered.set([one.low, one.high, one.undisclosed || 0, one.ceilings || 0, Boolean(one.unbounded)].join(), number));
  if (!numbered.has(key)) {
    const amount = { low, high: upper, undisclosed, ceilings, unbounded };
    const text = { get: () => written(amount) };
    numbered.set(key, data.money.push(Object.defineProperties({ ...amount }, { en: text, zh: text })) - 1);
  }
  return numbered.get(key);
};

const legName = (leg) => {
  const { deal } = data.legs[leg];
  return `${deal}/${deals.get(deal).legs.indexOf(leg) + 1}`;
};

const leavesOut = (off, leg) => {
  const { deal, payer, payee } = data.legs[leg];
  return off.has(`deal:${deal}`) || off.has(`party:${payer}`) || off.has(`party:${payee}`);
};

/** What can pass through all hops in turn, as `narrowest` of `values.py` bounds it. */
const through = (amounts) => {
  const low = Math.min(...amounts.map((one) => one.low));
  const limits = amounts.filter((one) => !one.undisclosed);
  if (!limits.length) return { low, high: low, undisclosed: 1 };
  const upper = Math.min(...limits.map((one) => one.high));
  return {
    low: Math.min(low, upper),
    high: upper,
    ceilings: Number(amounts.some((one) => one.low === low && low < upper && one.ceilings)),
    unbounded: limits.every((one) => one.high > upper || one.unbounded),
  };
};

const flowing = (amount) => Boolean(amount && (amount.high > 0 || amount.undisclosed));

/** Whether no undisclosed hop can be narrower than the narrowest that is known. */
const hasPrice = (amounts) => {
  const least = Math.min(...amounts.filter((one) => !one.undisclosed).map((one) => one.high));
  return least < Infinity && amounts.every((one) => !one.undisclosed || one.low >= least);
};

/** Give what a loop is worth on these hops: its amount, or the most that can pass. */
const loopWorth = (hops) => {
  const amounts = hops.map((hop) => data.money[data.hops[hop].amount]);
  const known = hops.filter((hop) => !data.money[data.hops[hop].amount].undisclosed);
  const least = Math.min(...known.map((hop) => high(data.hops[hop].amount)));
  const limit = Math.min(...amounts.filter((one) => !one.undisclosed && !one.unbounded).map((one) => one.high));
  const priced = hasPrice(amounts);
  return {
    hops,
    narrow: known.filter((hop) => high(data.hops[hop].amount) === least),
    width: priced ? Math.min(...amounts.map((one) => (one.undisclosed ? one.low : one.high))) : known.length ? least : -1,
    ...(priced ? { amount: moneyNumber(through(amounts)) } : limit < Infinity ? { most: moneyNumber(flat(limit)) } : {}),
  };
};

const inOrder = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** Sort loops as `aiweb loops` does: the widest first, then the shorter, then by parties and legs. */
const byWidth = (loops) => {
  const named = new Map(loops.map((loop) => [loop, [loop.hops.map((hop) => data.hops[hop].from), loop.hops.flatMap((hop) => data.hops[hop].legs).map(legName)].map((names) => names.join("\n"))]));
  return loops.sort((a, b) => inOrder(b.width, a.width) || a.hops.length - b.hops.length || inOrder(named.get(a)[0], named.get(b)[0]) || inOrder(named.get(a)[1], named.get(b)[1]));
};

const statusLevel = (leg, states) => {
  const { status } = states[leg];
  return ENDED.has(status) ? 9 : Math.max(1, data.statuses.indexOf(status));
};

const weakestLeg = (legs, states) => legs.reduce((best, leg) => (statusLevel(leg, states) - statusLevel(best, states) || inOrder(legName(leg), legName(best))) < 0 ? leg : best);

/** A share to a tenth of a per cent, half to even. */
const tenths = (part, whole) => {
  if (!whole) return "";
  const [times, rest] = [(BigInt(part) * 1000n) / BigInt(whole), 2n * ((BigInt(part) * 1000n) % BigInt(whole))];
  const up = rest > BigInt(whole) || (rest === BigInt(whole) && times % 2n === 1n);
  return `${((Number(times) + Number(up)) / 10).toFixed(1)}%`;
};

/** Gross, circular and net money of some legs, by number with their amounts, as `analysis/circulation.py` has them. */
const webNumbers = (worths, all) => {
  const outside = (id) => Boolean(parties.get(id).outside);
  const gross = summed([...worths.values()]);
  const within = [...worths].filter(([leg]) => !outside(data.legs[leg].payer) && !outside(data.legs[leg].payee));
  const inside = summed(within.map(([, amount]) => amount));
  const open = (rows) => rows.filter(([, amount]) => data.money[amount].undisclosed).length;
  const bounds = ["low", "high"].map((bound) => {
    const [arcs, net] = [new Map(), new Map()];
    let across = 0;
    for (const [leg, amount] of worths) {
      const { payer, payee } = data.legs[leg];
      const dollars = data.money[amount][bound];
      if (!dollars || payer === payee) continue;
      if (outside(payer)) across += dollars;
      else net.set(payer, (net.get(payer) || 0) + dollars);
      if (!outside(payee)) net.set(payee, (net.get(payee) || 0) - dollars);
      if (outside(payer) || outside(payee)) continue;
      const key = `${payer}>${payee}`;
      arcs.set(key, [payer, payee, (arcs.get(key)?.[2] || 0) + dollars]);
    }
    const rows = [...arcs.values()];
    const { amount, flow } = circulate(rows);
    const both = rows.reduce((sum, [payer, payee, dollars]) => sum + Math.min(dollars, arcs.get(`${payee}>${payer}`)?.[2] || 0), 0);
    return { amount, both, net: [...net.values()].reduce((sum, more) => sum + Math.max(0, more), across), flow: new Map([...arcs.keys()].map((key, place) => [key, flow[place]])) };
  });
  const [least, most] = bounds;
  const range = (name) => moneyNumber({ low: Math.min(least[name], most[name]), high: most[name], unbounded: inside.unbounded });
  const owed = [least.net, most.net].sort((a, b) => a - b);
  const pairs = [...most.flow.keys()].filter((key) => most.flow.get(key) || least.flow.get(key)).sort(inOrder);
  const shareOf = { low: tenths(least.amount, gross.low), high: tenths(most.amount, gross.high) };
  return {
    circular: moneyNumber({ low: least.amount, high: most.amount, unbounded: inside.unbounded }),
    gross: moneyNumber({ low: gross.low, high: gross.high, unbounded: gross.unbounded }),
    net: moneyNumber({ low: owed[0], high: owed[1] }),
    undisclosed: gross.undisclosed,
    ceilings: gross.ceilings,
    unknown: open(within),
    count: worths.size,
    all,
    ladder: [{ length: 2, amount: range("both") }, { length: 0, amount: range("amount") }],
    flows: pairs.map((key) => [...key.split(">"), ...bounds.map(({ flow }) => moneyNumber(flat(flow.get(key) || 0)))]),
    ...(shareOf.low ? { low: shareOf.low } : {}),
    ...(shareOf.high ? { high: shareOf.high } : {}),
  };
};

/** Give what each counted leg is worth without those left out: of two that overlap, the one that stays counts in full. */
const worthWithout = (whole, states, off, preset) => {
  const before = new Map([...whole.legs.map((leg) => [leg, states[leg].amount]), ...whole.worth]);
  const kept = new Map([...before].filter(([leg]) => !leavesOut(off, leg)));
  if (!whole.pairs?.some((pair) => pair.some((leg) => !kept.has(leg)))) return kept;
  const low = new Map(whole.before.filter(([leg]) => kept.has(leg)));
  for (const [one, other] of whole.pairs) {
    if (!low.has(one) || !low.has(other)) continue;
    const [a, b] = [low.get(one), low.get(other)];
    const lesser = a < b || (a === b && legName(one) < legName(other)) ? one : other;
    low.set(lesser, low.get(lesser) - Math.min(a, b));
  }
  for (const [leg, least] of low) {
    const amount = data.money[kept.get(leg)];
    kept.set(leg, moneyNumber({ ...amount, low: least, high: preset === "firm" ? least : amount.high }));
  }
  return kept;
};

const keptHops = new Map();
let offReason = -1;

/** The values of a snapshot with some parties and deals left out, in the same shape; with `bare` its loops only. */
const reduced = (whole, states, off, preset, bare = false) => {
  const worths = worthWithout(whole, states, off, preset);
  const instead = new Map();
  for (const number of whole.hops) {
    const hop = data.hops[number];
    const legs = hop.legs.filter((leg) => worths.has(leg));
    const amount = moneyNumber(summed(legs.map((leg) => worths.get(leg))));
    if (!legs.length) continue;
    if (legs.length === hop.legs.length && amount === hop.amount) instead.set(number, number);
    else {
      const key = [hop.from, hop.to, hop.side, amount, ...legs].join();
      if (!keptHops.has(key)) keptHops.set(key, data.hops.push({ ...hop, amount, legs }) - 1);
      instead.set(number, keptHops.get(key));
    }
  }
  const grown = whole.hops.some((number) => instead.has(number) && !flowing(data.money[data.hops[number].amount]) && flowing(data.money[data.hops[instead.get(number)].amount]));
  const reopened = whole.hops.some((number) => data.money[data.hops[number].amount].undisclosed && instead.has(number) && !data.money[data.hops[instead.get(number)].amount].undisclosed);
  const runs = (loop) => loop.hops.every((hop) => instead.has(hop) && flowing(data.money[data.hops[instead.get(hop)].amount]));
  const left = [...whole.loops, ...whole.unpriced].filter(runs).map((loop) => {
    const hops = loop.hops.map((hop) => instead.get(hop));
    const weakest = worths.has(loop.weakest) ? loop.weakest : weakestLeg(hops.flatMap((hop) => data.hops[hop].legs), states);
    return { ...loopWorth(hops), weakest };
  });
  // Of those that Python did not list none is wider than the last it listed.
  const seen = whole.more ? loopWorth(whole.loops.at(-1).hops).width : -1;
  const totals = new Map();
  for (const [leg, amount] of worths) {
    const { payer, payee } = data.legs[leg];
    for (const [id, place] of [[payer, 0], [payee, 1]]) {
      if (!totals.has(id)) totals.set(id, [[], []]);
      totals.get(id)[place].push(amount);
    }
  }
  if (offReason < 0) offReason = data.reasons.push({ key: "reason.off" }) - 1;
  const gone = data.legs.map((_, leg) => leg).filter((leg) => states[leg].status && leavesOut(off, leg));
  return {
    legs: [...worths.keys()],
    worth: [...worths],
    out: [...whole.out.map(([reason, legs]) => [reason, legs.filter((leg) => !leavesOut(off, leg))]), [offReason, gone]],
    hops: [...instead.values()],
    totals: [...totals].sort(([a], [b]) => inOrder(a, b)).map(([id, sides]) => [id, ...sides.map((amounts) => moneyNumber(summed(amounts)))]),
    numbers: bare || webNumbers(worths, whole.numbers.all),
    loops: byWidth(left.filter((loop) => loop.amount !== undefined && loop.width > seen)),
    unpriced: byWidth(left.filter((loop) => loop.amount === undefined)),
    more: whole.more || grown || (whole.moreUnpriced && reopened),
    moreUnpriced: whole.moreUnpriced || grown,
    core: whole.core,
  };
};

/** Say which loops of the widest convention there are not here, and which legs they need. */
const lackingIn = (snapshot, wide, states) => {
  const worths = new Map([...snapshot.legs.map((leg) => [leg, states[leg].amount]), ...snapshot.worth]);
  const dry = (hop) => !data.hops[hop].legs.some((leg) => worths.has(leg) && flowing(data.money[worths.get(leg)]));
  return [...wide.loops, ...wide.unpriced].flatMap(({ hops }) => {
    const gone = hops.filter(dry);
    return gone.length ? [{ parties: hops.map((hop) => data.hops[hop].from), needs: gone.flatMap((hop) => data.hops[hop].legs) }] : [];
  });
};

const settledBefore = new Map();

/** The values of a world under a convention, without what is left out: what Python gave, or what is left of it. */
const snapshotOf = (name, preset, consideration, off = state.off) => {
  const key = [name, preset, consideration, ...[...off].sort()].join("/");
  if (!settledBefore.has(key)) {
    if (settledBefore.size > 40) settledBefore.clear();
    const states = data.states[name];
    const less = (rule, bare) => {
      const whole = data.snapshots[`${name}/${rule}/${consideration}`];
      return off.size ? reduced(whole, states, off, rule, bare) : whole;
    };
    const shown = less(preset);
    settledBefore.set(key, { ...shown, lacking: preset === "headline" ? [] : lackingIn(shown, less("headline", true), states) });
  }
  return settledBefore.get(key);
};

/* -- controls -------------------------------------------------------------- */

const offName = (name) => (name.startsWith("party:") ? partyName(name.slice(6)) : dealTitle(deals.get(name.slice(5))));

const toggleOff = (name) => {
  const out = !state.off.has(name);
  if (out) state.off.add(name);
  else state.off.delete(name);
  resnap(true);
  say(t(out ? "off.live" : "off.live-back", { name: offName(name), circular: money(now.snapshot.numbers.circular) }));
};

/** A switch that leaves a party or a deal out of every number: `party:id` or `deal:id`. */
const offSwitch = (name) =>
  make("button", { type: "button", class: "off", "aria-pressed": String(state.off.has(name)), title: t("off.says"), onclick: () => toggleOff(name) }, t(state.off.has(name) ? "off.back" : "off"));

const whatifOf = (name) => data.whatifs.find((one) => one.name === name);
const whatifTitle = (one) => (state.language === "zh" && one.zh) || one.title;
const whatifSays = (one) => {
  const key = `whatif.says.${one.name}`;
  return t(key) === key ? one.says : t(key);
};

/* On paper, where there is nothing to choose from, both are said in words. */
const supposed = make("p", { class: "supposed" });
at("whatif").after(supposed);

/** Show what is supposed and left out, and what that changes. */
const showWhatif = () => {
  const chosen = whatifOf(state.whatif);
  const said = [chosen && [`${t("whatif")}: ${whatifTitle(chosen)}. `, whatifSays(chosen)], state.off.size && [`${t("off.these")} `, [...state.off].sort().map(offName).join(t("class.and"))]].filter(Boolean);
  supposed.replaceChildren(...said.flatMap(([head, text], place) => [place ? make("br") : "", make("b", {}, head), text]));
  const select = make(
    "select",
    { id: "whatif-choice", onchange: ({ target }) => {
      state.whatif = target.value;
      if (state.whatif) state.date = data.asOf;
      at("date").querySelectorAll("input").forEach((input) => (input.checked = input.value === state.date));
      resnap(true);
    } },
    make("option", { value: "" }, t("whatif.none")),
    data.whatifs.map((one) => make("option", { value: one.name, selected: one.name === state.whatif }, whatifTitle(one))),
  );
  const held = at("whatif").contains(document.activeElement) && document.activeElement.id;
  const open = at("changed")?.open;
  const chips = [...state.off].sort().map((name) =>
    make("button", { type: "button", class: "chip", title: t("off.back"), "aria-label": `${t("off.back")}: ${offName(name)}`, onclick: () => toggleOff(name) }, make("span", {}, offName(name)), make("i", { "aria-hidden": "true" }, "×")),
  );
  const holder = make("div", { class: "changes" });
  const closing = (event) => {
    if (event.key !== "Escape" || !details.open) return;
    event.stopPropagation();
    details.open = false;
    details.firstChild.focus();
  };
  const details = folding({ id: "changed", onkeydown: closing }, t("whatif.changed"), holder, changesShown);
  at("whatif").replaceChildren(
    ...[
      data.whatifs.length ? make("label", { for: "whatif-choice" }, t("whatif")) : "",
      data.whatifs.length ? select : "",
      chips.length ? make("span", { class: "soft" }, t("off.these")) : "",
      ...chips,
      chips.length ? make("button", { type: "button", class: "link", id: "all-in", onclick: () => {
        state.off.clear();
        resnap(true);
        say(t("off.all-in"));
      } }, t("off.all")) : "",
      chosen || chips.length ? details : "",
    ].filter(Boolean),
  );
  if (chosen || chips.length) details.open = Boolean(open);
  if (held) (at(held) || at("whatif-choice"))?.focus();
};

/** The same with and without, side by side. */
const changesShown = () => {
  const chosen = whatifOf(state.whatif);
  const base = snapshotOf(state.whatif ? data.asOf : state.date, state.preset, state.consideration, new Set());
  const { numbers: one } = base;
  const { numbers: other } = now.snapshot;
  const shareText = ({ low, high: upper }) => (low === upper ? low || t("none") : t("share.bounds", { low: low || t("none"), high: upper || t("none") }));
  const rows = [
    ...["circular", "gross", "net"].map((name) => [t(`number.${name}`), money(one[name]), money(other[name])]),
    [t("number.share"), shareText(one), shareText(other)],
    ...gapChanges(),
  ];
  const { gone, fresh, changed } = loopChanges(base, now.snapshot);
  const loopsSaid = (key, list) => (list.length ? make("p", {}, make("b", {}, `${t(key, { count: list.length })}: `), list.slice(0, 3).join("; "), list.length > 3 ? " …" : "") : "");
  return [
    chosen ? make("p", {}, whatifSays(chosen)) : "",
    state.off.size ? make("p", { class: "soft" }, t("off.ladder")) : "",
    state.off.size && (now.snapshot.more || now.snapshot.moreUnpriced) ? make("p", { class: "warn" }, t("off.cut")) : "",
    make(
      "table",
      { class: "lines" },
      make("thead", {}, make("tr", {}, ["whatif.number", "whatif.before", "whatif.after"].map((key) => make("th", { scope: "col" }, t(key))))),
      make("tbody", {}, rows.map(([name, before, after]) => make("tr", { class: before === after ? "same" : undefined }, make("th", { scope: "row" }, name), make("td", { class: "n" }, before), make("td", { class: "n" }, after)))),
    ),
    ...sharesMoved(one, other).map((text) => make("p", {}, text)),
    loopsSaid("whatif.loops-gone", gone),
    loopsSaid("whatif.loops-new", fresh),
    loopsSaid("whatif.loops-changed", changed),
    gone.length + fresh.length + changed.length ? "" : make("p", { class: "soft" }, t("whatif.loops-same")),
    chosen ? effectsShown(chosen) : "",
    make("p", { class: "soft" }, t("whatif.command")),
    copied(chosen && !state.off.size ? `aiweb what-if ${chosen.name}` : command("circularity")),
  ].filter(Boolean);
};

/** Say where the share moves only because the whole does: the same circular dollars of another gross. */
const sharesMoved = (one, other) => {
  const moves = ["low", "high"].flatMap((bound) => {
    const [was, is] = [one, other].map(({ circular }) => data.money[circular][bound]);
    const way = parseFloat(other[bound] || "0") - parseFloat(one[bound] || "0");
    return was === is && way ? [[bound, way > 0 ? "share.up" : "share.down"]] : [];
  });
  if (moves.length === 2 && moves[0][1] === moves[1][1]) return [t(moves[0][1], { bound: "" })];
  return moves.map(([bound, key]) => t(key, { bound: `${state.language === "zh" ? "" : " "}${t(`bound.${bound}`)}` }));
};

/** Which loops with an amount in either are gone, new or have another amount. */
const loopChanges = (before, after) => {
  const webs = [before, after].map(({ hops }) => new Map(hops.map((hop) => [`${data.hops[hop].from}>${data.hops[hop].to}>${data.hops[hop].side}`, hop])));
  const along = (loop, web) => {
    const hops = loop.hops.map((hop) => web.get(`${data.hops[hop].from}>${data.hops[hop].to}>${data.hops[hop].side}`));
    return hops.every((hop) => hop !== undefined && flowing(data.money[data.hops[hop].amount])) ? loopAmount(loopWorth(hops)) : "";
  };
  const found = { gone: [], fresh: [], changed: [] };
  const seen = new Set();
  for (const loop of [...before.loops, ...after.loops]) {
    const names = loop.hops.map((hop) => data.hops[hop].from);
    const id = loop.hops.map((hop) => `${data.hops[hop].from}.${data.hops[hop].side}`).join();
    const [old, fresh] = webs.map((web) => along(loop, web));
    if (seen.has(id) || old === fresh) continue;
    seen.add(id);
    const text = [...names, names[0]].map(partyName).join(" → ");
    if (!fresh) found.gone.push(`${text} (${old})`);
    else if (!old) found.fresh.push(`${text} (${fresh})`);
    else found.changed.push(`${text} (${old} → ${fresh})`);
  }
  return found;
};

/** What a what-if changes, thing by thing. */
const effectsShown = ({ changes }) => {
  const thing = (target) => {
    if (typeof target === "number") return link(`${arrow(data.legs[target].payer, data.legs[target].payee)} · ${dealTitle(deals.get(data.legs[target].deal))}`, () => choose({ deal: data.legs[target].deal, leg: target }, { focus: true }));
    if (deals.has(target)) return link(dealTitle(deals.get(target)), () => choose({ deal: target }, { focus: true }));
    return parties.has(target) ? partyLink(target) : target;
  };
  const rows = some(make("ul", { class: "effects" }), changes, ([target, name, before, after]) => make("li", {}, thing(target), make("small", {}, ` ${name}: ${before || "–"} → ${after || "–"}`)), 8);
  return make("details", {}, make("summary", {}, t("whatif.effects", { count: changes.length })), rows);
};
