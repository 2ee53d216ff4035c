/* -- where a number comes from --------------------------------------------- */

/** A number that can be asked where it comes from: `what` gives the answer when it is asked, as `explain` takes it. */
const explained = (text, what, more = {}) => make("button", { type: "button", class: "num", "aria-haspopup": "dialog", onclick: () => explain(what()), ...more }, text);

const much = (amount) => (typeof amount === "object" ? written(amount) : typeof amount === "number" ? money(amount) : amount);

const arrow = (from, to) => `${partyName(from)} → ${partyName(to)}`;

/** The first of many rows in a list, and a button that brings the next. */
const some = (holder, items, row, most = 12) => {
  const add = (from, to) => {
    holder.append(...items.slice(from, to).map(row));
    if (to >= items.length) return;
    const more = link(t("more", { count: items.length - to }), () => {
      more.parentNode.remove();
      add(to, to + 100);
      holder.children[to]?.querySelector("button")?.focus();
    });
    holder.append(make("li", { class: "more" }, more));
  };
  add(0, most);
  return holder;
};

/** A word as a shell takes it, whatever it holds. */
const quoted = (word) => (/^[\w./:][\w./:-]*$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** The day that is shown: a what-if is looked at on the registry's own. */
const today = () => (state.whatif ? data.asOf : state.date);

/** The command that prints the same as is shown, under the same day, convention and what-if. */
const command = (verb, ...words) =>
  [
    ...["aiweb", verb, ...words],
    ...["--as-of", today()],
    ...(verb === "circularity" ? [] : ["--under", state.preset]),
    ...(state.consideration === "cash" ? [] : ["--consideration", state.consideration]),
    ...(state.whatif ? ["--what-if", state.whatif] : []),
    ...[...(verb === "show" ? [] : state.off)].sort().flatMap((name) => ["--without", name.slice(name.indexOf(":") + 1)]),
    ...(data.file === "deals.yaml" ? [] : ["--registry", data.file]),
  ].map((word) => (word.startsWith("--") ? word : quoted(word))).join(" ");

/** The day, the convention, the what-if and what is left out, in a line. */
const ruleText = () =>
  [
    `${t("as-of")} ${day(today())}`,
    t(`preset.${state.preset}`),
    t(`consideration.${state.consideration}`),
    state.whatif && whatifTitle(whatifOf(state.whatif)),
    state.off.size ? t("explain.without", { names: [...state.off].sort().map(offName).join(", ") }) : "",
  ].filter(Boolean).join(" · ");

/** Put a text where the reader can paste it from; a page that may not is asked the old way. */
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { class: "quiet" });
    area.value = text;
    (at("explanation").open ? at("explanation") : document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(t("copied"));
};

/** A text to take away, with a button that copies it. */
const copied = (text) => make("div", { class: "command" }, make("code", {}, text), make("button", { type: "button", class: "link", onclick: () => copy(text) }, t("copy")));

const cite = (number) => {
  const source = data.sources[number];
  const title = source.title || source.publisher;
  return make("span", { class: "cite" }, make("span", { class: `grade ${GRADES.includes(source.grade) ? source.grade : ""}` }, t(`grade.${source.grade}`)), " ", outward(source, title));
};

/** The title of a source, a link if it has an address on the web. */
const outward = ({ url }, title) => (url && /^https?:\/\//i.test(url) ? make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, title) : title);

/** A leg with its deal, where it stands, and who says so. */
const citedLeg = (leg, amount = worth(leg)) => {
  const { deal, payer, payee, instrument, sources } = data.legs[leg];
  const standing = now.states[leg];
  const go = () => {
    at("explanation").close();
    choose({ deal, leg }, { focus: true });
  };
  return make(
    "li",
    {},
    make("div", { class: "sum" }, link(arrow(payer, payee), go), make("b", {}, much(amount))),
    make("small", {}, [dealTitle(deals.get(deal)), t(`instrument.${instrument}`), standing.status && t(`status.${standing.status}`)].filter(Boolean).join(" · ")),
    make("small", {}, (standing.sources || sources).flatMap((number, step) => [step ? " · " : "", cite(number)])),
    where(place.leg(leg)),
  );
};

/** Say what the amounts of legs leave open: counted, and named. */
const openNotes = (legs) => {
  const named = (key, fits) => {
    const found = legs.filter((leg) => fits(data.money[worth(leg)]));
    const names = found.map((leg) => arrow(data.legs[leg].payer, data.legs[leg].payee)).join(", ");
    return found.length ? [t(`explain.${key}`, { count: found.length }), names] : "";
  };
  return [named("undisclosed", (one) => one.undisclosed), named("ceilings", (one) => one.ceilings), named("least", (one) => one.unbounded)].filter(Boolean);
};

/** Open the answer: `title`, what it `says` in a sentence or two, `steps` of arithmetic `{ text, amount, sum, head }`,
    `legs` by number or as `[leg, amount]`, `notes`, a `command`, `more` of any sort. */
const explain = ({ title, says, steps = [], legs = [], notes = openNotes(legs.map((leg) => leg[0] ?? leg)), command: line, more, rule = true }) => {
  const box = at("explanation");
  const step = ({ text, amount, sum, head }) => make("li", { class: head ? "head" : sum ? "total" : undefined }, make("span", {}, text), amount === undefined ? "" : make("b", {}, much(amount)));
  box.replaceChildren(
    ...[
      make("button", { type: "button", class: "close", "aria-label": t("close"), onclick: () => box.close() }, "×"),
      make("h2", { id: "explanation-label" }, title),
      make("p", {}, says),
      rule ? make("p", { class: "soft" }, ruleText()) : "",
      steps.length ? some(make("ol", { class: "sums" }), steps, step, 30) : "",
      ...notes.map((note) => (Array.isArray(note) ? make("details", { open: note[1].length < 200 }, make("summary", { class: "warn" }, note[0]), make("p", { class: "soft" }, note[1])) : make("p", { class: "soft" }, note))),
      more || "",
      legs.length ? make("h3", {}, t("explain.legs", { count: legs.length })) : "",
      legs.length ? some(make("ul", { class: "cited" }), legs, (leg) => (leg.length ? citedLeg(...leg) : citedLeg(leg)), 8) : "",
      line ? make("h3", {}, t("explain.command")) : "",
      line ? copied(line) : "",
    ].filter(Boolean),
  );
  if (!box.open) box.showModal();
  box.scrollTop = 0;
};

at("explanation").addEventListener("click", ({ target, clientX, clientY }) => {
  // What is around the box belongs to it, but does not lie in it.
  const { left, right, top, bottom } = at("explanation").getBoundingClientRect();
  if (target === at("explanation") && clientY && (clientX < left || clientX > right || clientY < top || clientY > bottom)) target.close();
});
at("explanation").addEventListener("keydown", (event) => event.stopPropagation());

/* The numbers of the whole web. */

const countedLegs = () => [...now.counted.keys()].sort(bySize);

/** What each party pays less what it receives, at one bound, where that is more than nothing; who stands for many only pays. */
const positions = (bound) => {
  const sums = new Map();
  for (const [leg, amount] of now.counted) {
    const { payer, payee } = data.legs[leg];
    const dollars = data.money[amount][bound];
    sums.set(payer, (sums.get(payer) || 0) + dollars);
    if (!parties.get(payee).outside) sums.set(payee, (sums.get(payee) || 0) - dollars);
  }
  return [...sums].filter(([, sum]) => sum > 0).sort(([, a], [, b]) => b - a);
};

const flat = (value) => ({ low: value, high: value });

const EXPLAIN = {
  gross: () => {
    const legs = countedLegs();
    const kinds = data.instruments.map((kind) => [kind, legs.filter((leg) => data.legs[leg].instrument === kind)]).filter(([, own]) => own.length);
    const sum = (own) => summed(own.map((leg) => now.counted.get(leg)));
    return {
      steps: [
        ...kinds.map(([kind, own]) => ({ text: t("explain.of-kind", { kind: t(`instrument.${kind}`), count: own.length }), amount: sum(own) })),
        { text: t("number.gross"), amount: sum(legs), sum: true },
      ],
      legs,
      command: command("explain", "circulation"),
    };
  },
  circular: () => {
    const { flows = [], circular } = now.snapshot.numbers;
    const pairs = new Map(flows.map(([from, to]) => [`${from}>${to}`, []]));
    for (const [leg] of now.counted) pairs.get(`${data.legs[leg].payer}>${data.legs[leg].payee}`)?.push(leg);
    const bound = (key, place) => {
      const rows = flows.filter((flow) => high(flow[place]));
      if (!rows.length) return [];
      const of = ([from, to]) => written(flat(summed(pairs.get(`${from}>${to}`).map((leg) => now.counted.get(leg)))[key]));
      return [
        { text: t(`bound.${key}`), head: true },
        ...rows.map((flow) => ({ text: t("explain.circulates", { hop: arrow(flow[0], flow[1]), whole: of(flow) }), amount: flow[place] })),
        { text: t("explain.together"), amount: summed(rows.map((flow) => flow[place])), sum: true },
      ];
    };
    const inside = [...now.counted.keys()].filter((leg) => ![data.legs[leg].payer, data.legs[leg].payee].some((id) => parties.get(id).outside));
    return {
      steps: [...bound("high", 3), ...bound("low", 2), { text: t("number.circular"), amount: circular, sum: true }],
      notes: [...(flows.length ? [t("explain.certificate")] : []), ...openNotes(inside)],
      legs: [...pairs.values()].flat().sort(bySize),
      command: command("explain", "circulation"),
    };
  },
  share: () => {
    const { circular, gross, low, high: upper } = now.snapshot.numbers;
    const bound = (key, share) => [
      { text: t(`bound.${key}`), head: true },
      { text: t("number.circular"), amount: flat(data.money[circular][key]) },
      { text: t("number.gross"), amount: flat(data.money[gross][key]) },
      { text: t("explain.quotient"), amount: share || t("none"), sum: true },
    ];
    return { steps: [...bound("low", low), ...bound("high", upper)], command: command("explain", "circulation") };
  },
  net: () => {
    const bound = (key) => {
      const rows = positions(key);
      return [
        { text: t(`bound.${key}`), head: true },
        ...rows.slice(0, 12).map(([id, sum]) => ({ text: t(parties.get(id).outside ? "explain.pays-all" : "explain.pays-more", { name: partyName(id) }), amount: flat(sum) })),
        ...(rows.length > 12 ? [{ text: t("explain.others", { count: rows.length - 12 }), amount: flat(rows.slice(12).reduce((all, [, sum]) => all + sum, 0)) }] : []),
        { text: t("explain.together"), amount: flat(rows.reduce((all, [, sum]) => all + sum, 0)), sum: true },
      ];
    };
    return { steps: [...bound("high"), ...bound("low")], notes: openNotes(countedLegs()), command: command("explain", "circulation") };
  },
  ladder: () => ({
    steps: allRungs(now.snapshot.numbers).map(({ length, amount, open }) => ({ text: t(`ladder.${length || "any"}`), amount: amount ?? t(open ? "ladder.open" : "too-many") })),
    command: command("explain", "circulation"),
  }),
};

/** Explain one of the numbers of the whole web. */
const explainNumber = (name) => () => ({ title: t(`number.${name}`), says: t(`explain.${name}`), ...EXPLAIN[name]() });

/** Explain a sum of legs. */
const explainSum = (title, says, legs, line) => ({
  title,
  says,
  steps: [
    ...[...legs].sort(bySize).map((leg) => ({ text: arrow(data.legs[leg].payer, data.legs[leg].payee), amount: worth(leg) })),
    { text: t("explain.together"), amount: summed(legs.map(worth)), sum: true },
  ],
  legs: [...legs].sort(bySize),
  command: line,
});

/** Explain a number that a solver gives, with the legs that hold it back and add up to it. */
const explainCut = (title, says, steps, carriers, line, openLegs = []) => ({
  title,
  says,
  steps: [
    ...steps,
    ...(carriers.length ? [{ text: t("explain.carriers"), head: true }] : []),
    ...carriers.map(([leg, amount]) => ({ text: arrow(data.legs[leg].payer, data.legs[leg].payee), amount })),
    ...(carriers.length ? [{ text: t("explain.together"), amount: summed(carriers.map(([, amount]) => amount)), sum: true }] : []),
  ],
  notes: openLegs.length ? [[t("explain.open", { count: openLegs.length }), openLegs.map((leg) => arrow(data.legs[leg].payer, data.legs[leg].payee)).join(", ")]] : [],
  legs: [...carriers, ...openLegs],
  command: line,
});
