/* -- the story ----------------------------------------------------------- */

/* Each step is a view with a few sentences; every number in them is read from what the page holds. */

const VIEWED = new Set(["story", "language", "theme", "keys", "legend"]);
let asTold = "";

const shownAs = () => new URLSearchParams(Object.entries(KEPT).flatMap(([name, { write }]) => (VIEWED.has(name) || !write() ? [] : [[name, write()]]))).toString();

KEPT.story = {
  write: () => (state.story ? `${state.story}${shownAs() === asTold ? "" : "~"}` : ""),
  read: (text) => {
    const number = Number.parseInt(text, 10);
    state.story = number >= 1 && number <= story().length ? number : 0;
    if (state.story && !text.endsWith("~")) stage(story()[number - 1]);
    else if (state.story) staged(story()[number - 1]);
  },
};

const legOf = (name) => {
  const [id, number] = name.split("/");
  return deals.get(id).legs[number - 1];
};
const dayText = (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? day(text) : text);
const sameLoop = (loop, names) => loop.parties.length === names.length && names.some((_, turn) => names.every((name, place) => loop.parties[(place + turn) % names.length] === name));
const dealAct = (leg) => () => choose({ deal: data.legs[leg].deal, leg }, { scroll: narrow.matches });

/** What a value of a step is: a text, with what to do to see where it comes from; nothing if it is not there. */
const VALUES = {
  day: (side, iso = side.state.date) => ({ text: day(iso) }),
  number: (side, name, key) => {
    const of = key ? sideOf(key) : side;
    const { numbers } = of.now.snapshot;
    const text = ["circular", "gross", "net"].includes(name) ? money(numbers[name]) : numbers[name];
    if (text === undefined) return null;
    const card = { low: "share", high: "share", unknown: "circular", count: "gross", undisclosed: "gross" }[name] || name;
    return { text: String(text), act: () => under(of, () => explain(explainNumber(card)())) };
  },
  back: (side) => {
    const amount = data.money[side.now.snapshot.numbers.circular];
    const text = amount.high || amount.low ? t("story.comes", { amount: money(side.now.snapshot.numbers.circular) }) : t("story.comes-none");
    return { text, act: () => under(side, () => explain(explainNumber("circular")())) };
  },
  ladder: (side, length) => {
    const { amount } = side.now.snapshot.numbers.ladder.find((rung) => rung.length === length) || {};
    return amount === undefined ? null : { text: money(amount), act: () => under(side, () => explain(explainNumber("ladder")())) };
  },
  leg: (side, name, what, iso) => {
    const leg = legOf(name);
    const standing = iso ? data.states[iso][leg] : side.now.states[leg];
    const read = {
      first: () => money(data.legs[leg].first),
      amount: () => standing.amount !== undefined && money(standing.amount),
      status: () => standing.status && t(`status.${standing.status}`),
      since: () => standing.since && dayText(standing.since),
      term: () => standing.term && standing.term.replace("..", "–"),
    }[what]();
    return read ? { text: read, act: dealAct(leg) } : null;
  },
  fact: (_, name, key) => {
    const found = data.legs[legOf(name)].facts.find((one) => one.key === key);
    return found ? { text: found.text, act: dealAct(legOf(name)) } : null;
  },
  title: (_, name) => {
    const { title } = data.sources.find((source) => !source.deal && `source: ${source.name}` === name) || {};
    return title ? { text: title } : null;
  },
  loop: (side, ...names) => {
    const loop = side.now.loops.find((one) => sameLoop(one, names));
    return loop ? { text: under(side, () => loopAmount(loop)), act: () => choose({ loop: loop.id }) } : null;
  },
  largest: (side, what) => {
    const loop = side.now.loops[0];
    if (!side.now.priced) return null;
    return { text: what === "amount" ? money(loop.amount) : loopText(loop), act: () => choose({ loop: loop.id }) };
  },
  total: (side, party, place) => {
    const totals = side.now.totals.get(party);
    return totals ? { text: money(totals[place]), act: () => choose({ party }) } : null;
  },
  depends: (side, party, other) => {
    const said = data.statements[`${side.state.date}/${side.state.preset}`]?.parties[party]?.on.find((one) => one.party === other);
    return said ? { text: said.direct, act: () => choose({ party }) } : null;
  },
  between: (side, what, iso) => ({ text: String(sideDifferences(sideOf(`${iso}/${side.state.preset}/${side.state.consideration}`), side).legs[what].length), act: () => openView("compare") }),
  gap: (side, party, kind, overlap, what) => {
    const gap = data.gaps[side.state.date]?.paths.find((row) => row.party === party);
    if (!gap) return null;
    const act = () => openView("gap");
    if (what === "opening") return { text: money(gap.opening), act };
    if (kind === "undated") {
      const { parts, open } = undatedOf(gap);
      return { text: what === "open" ? String(open) : written(parts[what === "uses" ? 0 : 1].sum), act };
    }
    const path = [...gap.paths, ...gap.failing].find((row) => row.class === kind && row.overlap === overlap);
    if (!path || !path.first[0]) return null;
    const [worst, best] = path.first;
    return { text: what === "peak" ? money(path.peak) : worst === best ? String(worst) : `${worst}–${best || t("story.never")}`, act };
  },
  stress: (side, what) => {
    const found = data.stress?.[side.state.date];
    if (!found) return null;
    const { failures, unpaid } = found.alone;
    const more = failures.filter((row) => row[4] > row[3]);
    const ranged = more.filter(([party]) => !found.unknown.includes(party));
    const blind = more.filter((row) => !ranged.includes(row));
    const rise = (rows) => written(flat(rows.reduce((sum, row) => sum + row[4] - row[3], 0)));
    const names = (list) => (list.length ? list.map(partyName).join(state.language === "zh" ? "、" : ", ") : t("story.nobody"));
    const text = {
      fails: () => names(failures.filter(([, ample]) => ample).map(([party]) => party)),
      untold: () => names(found.unknown),
      blind: () => rise(blind),
      ranged: () => names(ranged.map(([party]) => party)),
      rise: () => rise(ranged),
      unpaid: () => written(flat(unpaid[0])),
      most: () => written(flat(unpaid[1])),
    }[what]();
    return { text, act: () => openView("stress") };
  },
};

const stepSide = ({ state: { date, preset, consideration } }) => sideOf(`${date}/${preset}/${consideration}`);

const valuesOf = (step) => {
  const side = stepSide(step);
  return Object.fromEntries(Object.entries(step.values).map(([name, [kind, ...rest]]) => [name, VALUES[kind](side, ...rest)]));
};

let listed = null;

/** The steps that can be told in full. */
const story = () => {
  if (!listed) {
    listed = (data.story || []).filter((step) => Object.values(valuesOf(step)).every(Boolean));
    if (listed.length < 3) listed = [];
  }
  return listed;
};

/** Put the page into the state of a step, and all else as it goes without saying. */
const stage = (step) => {
  const { date, preset, consideration, view: shownView, party, deal, loop } = step.state;
  state.chosen = null;
  for (const [name, { read }] of Object.entries(KEPT)) if (!VIEWED.has(name)) read("");
  Object.assign(state, { date, preset, consideration, view: shownView, query: "", tab: "details" });
  if (party) state.chosen = { party };
  if (deal) state.chosen = { deal };
  if (loop) state.chosen = { loop: stepSide(step).now.loops.find((one) => sameLoop(one, loop)).id };
  asTold = shownAs();
};

/** Only learn what a step would show, for comparison with what is shown. */
const staged = (step) => {
  const held = { ...state };
  stage(step);
  Object.assign(state, held);
};

/** Go to a step, or with 0 out of the story. */
const tell = (number) => {
  haltTime();
  state.story = number;
  if (number) {
    stage(story()[number - 1]);
    search.value = "";
    buildSwitches();
  }
  resnap(true);
  const label = number ? at("story-label") : at("tell");
  label.focus({ preventScroll: !narrow.matches });
  say(number ? at("story").textContent : t("story.left"));
};

const tellBy = (count) => {
  const number = state.story + count;
  if (state.story && number >= 1 && number <= story().length) tell(number);
};

/** A text of the story with its values put in, each a way to where it comes from. */
const toldText = (key, values) =>
  (words[state.language][key] ?? key).split(/\{(\w+)\}/).map((part, place) => {
    if (place % 2 === 0) return part;
    const { text, act } = values[part];
    return act ? make("button", { type: "button", class: "num", onclick: act }, text) : make("b", {}, text);
  });

/** The best source of each thing that a step names, with a link. */
const toldSources = (step) => {
  const seen = new Set();
  for (const name of step.sources) {
    const [kind, id] = name.split(": ");
    const numbers = {
      source: () => [data.sources.findIndex((source) => source.name === id && !source.deal)],
      deal: () => deals.get(id).legs.flatMap((leg) => data.legs[leg].sources),
      figures: () => (data.figures[step.state.date][id] || []).flatMap((figure) => figure.sources),
    }[kind]().filter((number) => number >= 0);
    const rank = (number) => GRADES.indexOf(data.sources[number].grade) + (data.sources[number].url ? 0 : 9);
    numbers.sort((a, b) => rank(a) - rank(b) || a - b);
    if (numbers.length) seen.add(numbers[0]);
  }
  return [...seen].flatMap((number, place) => {
    const { title, publisher, date } = data.sources[number];
    const from = [title && publisher, date && when(date)].filter(Boolean).join(t("class.and"));
    return [place ? " · " : "", cite(number), from ? t("story.source", { from }) : ""];
  });
};

/** Offer the story, or show the step that is told. */
const showStory = () => {
  const box = at("story");
  const steps = story();
  const number = state.story;
  document.body.toggleAttribute("data-story", Boolean(number));
  at("tell").hidden = !steps.length || Boolean(number);
  at("tell").textContent = t("story");
  box.hidden = !number;
  if (!number) return box.replaceChildren();
  const step = steps[number - 1];
  const values = valuesOf(step);
  const held = box.contains(document.activeElement) && document.activeElement.id;
  const button = (id, count) => make("button", { type: "button", class: "button", id, "aria-disabled": String(!steps[number - 1 + count]), onclick: () => tellBy(count) }, t(count < 0 ? "story.back" : "story.next"));
  const sources = toldSources(step);
  const strayed = shownAs() !== asTold;
  box.replaceChildren(
    make("div", { class: "telling" },
      make("h2", { id: "story-label", tabindex: "-1" }, make("small", {}, t("story.step", { step: number, count: steps.length })), " ", toldText(`story.${step.id}.title`, Object.fromEntries(Object.entries(values).map(([name, { text }]) => [name, { text }])))),
      make("p", {}, toldText(`story.${step.id}.text`, values)),
      sources.length ? make("p", { class: "soft" }, t("story.sources"), " ", sources) : "",
    ),
    make("div", { class: "turn" }, button("story-back", -1), button("story-next", 1), link(t("story.leave"), () => tell(0), { id: "story-leave" }), strayed ? link(t("story.return"), () => tell(number), { id: "story-return" }) : ""),
  );
  if (held) at(held)?.focus({ preventScroll: true });
};

at("tell").addEventListener("click", () => tell(1));
