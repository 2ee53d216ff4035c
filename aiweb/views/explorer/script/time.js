/* -- time ---------------------------------------------------------------- */

const PACE = 750;
const TWEEN = 350;
const TIMES = { back: "M10 3 5 8l5 5", play: "M5 3v10l8-5z", pause: "M5 3v10M11 3v10", forward: "M6 3l5 5-5 5" };
let playing = 0;
let growing = 0;
let lastMove = -1e9;

const stopNow = () => data.dates.indexOf(state.date);
const dayNote = (iso) => (iso === data.article && data.marked.includes(iso) ? t("as-of.article") : iso === data.asOf ? t("as-of.registry") : "");

/** Go to another day; a what-if is of the registry's own day only, so it goes, and that is said. */
const goTo = (iso, step = true, slowly = false) => {
  const gone = state.whatif;
  const before = slowly && !calm.matches && state.view === "graph" ? new Map(edges.get().map((edge) => [edge.id, edge.hidden ? 0 : edge.width])) : null;
  cancelAnimationFrame(growing);
  Object.assign(state, { date: iso, whatif: "" });
  resnap(step);
  at("cleared").hidden = !gone;
  at("cleared").textContent = gone ? t("time.cleared", { date: day(data.asOf) }) : "";
  if (gone) say(at("cleared").textContent);
  const checked = at("date").querySelector(`input[value="${iso}"]`);
  at("date").querySelectorAll("input").forEach((input) => (input.checked = input === checked));
  if (before) growFrom(before);
};

/** Let what became wider, narrower, came or went since do so by degrees. */
const growFrom = (before) => {
  const thick = (edge) => (edge.hidden ? 0 : edge.width);
  const all = edges.get().filter((edge) => Math.abs(thick(edge) - (before.get(edge.id) ?? 0)) > 0.05);
  if (!all.length || all.length > 300) return;
  const start = performance.now();
  const frames = (time) => {
    const part = Math.max(0, (time - start) / TWEEN);
    if (part >= 1) return draw();
    edges.update(all.map((edge) => {
      const from = before.get(edge.id) ?? 0;
      const width = from + (thick(edge) - from) * part;
      return { id: edge.id, width, hidden: width < 0.05 };
    }));
    growing = requestAnimationFrame(frames);
  };
  growing = requestAnimationFrame(frames);
};

const haltTime = () => {
  if (!playing) return;
  clearTimeout(playing);
  playing = 0;
  showTime();
  say(t("time.stopped", { date: day(state.date) }));
};

/** Go on by a day's stop again and again; only the first step is one to come back to. */
const playTime = () => {
  const first = data.dates.findIndex((iso) => data.snapshots[`${iso}/${state.preset}/${state.consideration}`].legs.length);
  const from = stopNow() < data.dates.length - 1 ? stopNow() + 1 : Math.max(0, first);
  const next = (stop, step) => {
    playing = setTimeout(() => next(stop + 1, false), PACE);
    goTo(data.dates[stop], step, true);
    if (stop >= data.dates.length - 1) haltTime();
  };
  next(from, true);
};

const stepBy = (count) => {
  haltTime();
  const stop = stopNow() + count;
  if (data.dates[stop]) goTo(data.dates[stop], true, true);
};

/** Make the row in which time is lastMove: buttons, the track with a bar for each day, and the day. */
const buildTime = () => {
  const stops = data.dates.length;
  at("player").hidden = stops < 2;
  if (stops < 2) return;
  const button = (name, act) =>
    make("button", { type: "button", id: `time-${name}`, "aria-label": t(`time.${name}`), title: t(`time.${name}`), onclick: act }, timeIcon(name));
  const years = [];
  data.dates.forEach((iso, index) => {
    const year = iso.slice(0, 4);
    if (year !== data.dates[index - 1]?.slice(0, 4) && index - (years.at(-1)?.[1] ?? -9) > 1) years.push([year, index]);
  });
  const turns = data.dates.flatMap((iso, index) => (index && iso.slice(0, 4) !== data.dates[index - 1].slice(0, 4) ? [index - 0.5] : []));
  const spot = (node, index) => {
    node.style.left = `${(100 * index) / (stops - 1)}%`;
    return node;
  };
  at("player").replaceChildren(
    make("span", { class: "steps" }, button("back", () => stepBy(-1)), button("play", () => (playing ? haltTime() : playTime())), button("forward", () => stepBy(1))),
    make(
      "div",
      { class: "track", role: "group", "aria-label": t("time.bars"), title: t("time.bars") },
      make(
        "div",
        { class: "rail", "aria-hidden": "true" },
        drawing("svg", { id: "bars", viewBox: `0 0 ${stops - 1} 20`, preserveAspectRatio: "none" }),
        turns.map((index) => spot(make("span", { class: "turn-of" }), index)),
        make("span", { class: "says" }, t("time.hint")),
        years.map(([year, index]) => spot(make("small", {}, year), index)),
        data.marked.map((iso) => spot(make("i", { title: [day(iso), dayNote(iso)].filter(Boolean).join(", ") }), data.dates.indexOf(iso))),
      ),
      make("input", {
        type: "range",
        id: "stop",
        min: "0",
        max: String(stops - 1),
        step: "1",
        "aria-label": t("time.day"),
        title: t("time.bars"),
        oninput: (event) => {
          const fresh = event.timeStamp - lastMove > 1000;
          lastMove = event.timeStamp;
          const wanted = data.dates[Number(event.target.value)];
          haltTime();
          goTo(wanted, fresh);
        },
      }),
    ),
    make("output", { for: "stop", id: "shown" }),
  );
  fitYears();
};

/** Write only the years for which there is room, the last first. */
const fitYears = () => {
  let edge = Infinity;
  for (const year of [...at("player").querySelectorAll(".rail small")].reverse()) {
    year.hidden = false;
    const { left, right } = year.getBoundingClientRect();
    year.hidden = right > edge - 4;
    if (!year.hidden) edge = left;
  }
};
new ResizeObserver(fitYears).observe(at("player"));

const timeIcon = (name) =>
  drawing("svg", { viewBox: "0 0 16 16", width: 16, height: 16, fill: name === "play" ? "currentColor" : "none", stroke: "currentColor", "stroke-width": name === "pause" ? 3 : 1.8, "aria-hidden": "true" }, drawing("path", { d: TIMES[name] }));

/** Bring that row in line with the day and the convention. */
const showTime = () => {
  const stop = at("stop");
  if (!stop) return;
  const index = stopNow();
  const note = dayNote(state.date);
  stop.value = String(index);
  stop.setAttribute("aria-valuetext", [day(state.date), note].filter(Boolean).join(", "));
  at("shown").textContent = day(state.date);
  at("time-back").setAttribute("aria-disabled", String(index === 0));
  at("time-forward").setAttribute("aria-disabled", String(index === data.dates.length - 1));
  const name = playing ? "pause" : "play";
  at("time-play").setAttribute("aria-label", t(`time.${name}`));
  at("time-play").title = t(`time.${name}`);
  at("time-play").replaceChildren(timeIcon(name));
  const all = data.dates.map((iso) => high(data.snapshots[`${iso}/${state.preset}/${state.consideration}`].numbers.circular));
  const most = Math.max(...all) || 1;
  at("bars").replaceChildren(
    ...all.map((amount, place) => {
      const tall = Math.max(amount ? 1 : 0, (20 * amount) / most);
      return drawing("rect", { x: place - 0.32, y: 20 - tall, width: 0.64, height: tall, class: place === index ? "on" : "" });
    }),
  );
};
