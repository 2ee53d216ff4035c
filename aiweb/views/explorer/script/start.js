/* -- choosing, switching, saying ----------------------------------------- */

const say = (text) => (at("live").textContent = text);

const choose = (what, { scroll = false, focus: focused = false, tab = "details" } = {}) => {
  state.chosen = what;
  if (what?.loop && !chosenLoop()) state.chosen = null;
  state.tab = tab;
  show(true);
  if (!state.chosen) say(t("live.cleared"));
  else if (what.party) {
    const totals = now.totals.get(what.party);
    const [pays, receives] = totals ? totals.map(money) : [t("nothing"), t("nothing")];
    say(t("live.party", { name: partyName(what.party), pays, receives }));
  } else if (what.deal) say(t("live.deal", { name: dealTitle(deals.get(what.deal)), count: deals.get(what.deal).legs.length }));
  else say(t("live.loop", { name: loopText(chosenLoop()), amount: loopAmount(chosenLoop()) }));
  if (focused) at(`pane-${tab}`).focus({ preventScroll: true });
  if (scroll && what && narrow.matches) at("panel").scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "nearest" });
  else if (scroll && what) at("view-graph").scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "nearest" });
};

/* -- views --------------------------------------------------------------- */

/** Show the chosen view, and nothing of the others. */
const showView = () => {
  const names = ORDER;
  document.body.dataset.view = state.view;
  at("views").replaceChildren(
    ...names.map((name) =>
      make(
        "button",
        {
          type: "button",
          role: "tab",
          id: `to-${name}`,
          "aria-controls": `view-${name}`,
          "aria-selected": String(state.view === name),
          tabindex: state.view === name ? "0" : "-1",
          onclick: () => openView(name),
          onkeydown: (event) => {
            const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
            if (!step) return;
            openView(names[(names.indexOf(name) + step + names.length) % names.length]);
            at(`to-${state.view}`).focus();
          },
        },
        t(`view.${name}`),
      ),
    ),
  );
  for (const name of names) at(`view-${name}`).hidden = name !== state.view;
  // Beneath the picture stands the table of all that is in it.
  if (state.view === "graph") at("view-table").hidden = false;
  VIEWS[state.view].show(at(`view-${state.view}`));
};

/** Go to a view; one can come back from it. */
const openView = (name) => {
  const held = at("views").contains(document.activeElement);
  state.view = name;
  show(true);
  if (held) at(`to-${name}`).focus();
  say(t("live.view", { name: t(`view.${name}`) }));
};

/** Show the state in everything but the fixed words; keeps the keyboard's place in a list that is made anew. */
const show = (step = false) => {
  const holder = document.activeElement?.closest?.(".pane");
  const index = holder ? [...holder.querySelectorAll("button")].indexOf(document.activeElement) : -1;
  showDetails();
  showTabs();
  if (started) draw();
  showTable();
  showView();
  remember(step);
  if (index >= 0 && !holder.hidden) holder.querySelectorAll("button")[index]?.focus({ preventScroll: true });
};

const resnap = (step = false) => {
  settle();
  if (state.chosen?.loop && !chosenLoop()) state.chosen = null;
  showNumbers();
  showFilters();
  show(step === true);
  at("says").textContent = t(`says.${state.preset}`);
  const { numbers } = now.snapshot;
  say(t("live.snapshot", {
    date: day(state.date),
    preset: t(`preset.${state.preset}`),
    consideration: t(`consideration.${state.consideration}`),
    circular: money(numbers.circular),
    gross: money(numbers.gross),
  }));
};

const buildSwitch = (id, options, act) => {
  const holder = at(id);
  holder.querySelectorAll("label").forEach((label) => label.remove());
  options.forEach(([value, text, note]) =>
    holder.append(
      make(
        "label",
        {},
        make("input", { type: "radio", name: id, value, checked: state[id] === value, onchange: () => {
          state[id] = value;
          act();
        } }),
        make("span", {}, text, note ? make("small", {}, ` ${note}`) : ""),
      ),
    ),
  );
};

const buildSwitches = () => {
  const note = (iso) => {
    if (iso === data.article) return t("as-of.article");
    return iso === data.asOf ? t("as-of.registry") : "";
  };
  buildSwitch("language", Object.entries(LANGUAGES), relabel);
  buildSwitch("theme", ["auto", "light", "dark"].map((name) => [name, t(`theme.${name}`)]), retheme);
  buildSwitch("date", data.marked.map((iso) => [iso, day(iso), note(iso)]), () => {
    state.whatif = "";
    resnap(true);
  });
  buildSwitch("preset", PRESETS.map((name) => [name, t(`preset.${name}`)]), () => resnap(true));
  buildSwitch("consideration", CONSIDERATIONS.map((name) => [name, t(`consideration.${name}`)]), () => resnap(true));
};

const ICONS = {
  "zoom.in": "M8 2v12M2 8h12",
  "zoom.out": "M2 8h12",
  "zoom.fit": "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
  picture: "M8 2v8M4.5 7 8 10.5 11.5 7M2 14h12",
};

const buildZoom = () => {
  const act = { "zoom.in": () => zoom(1.35), "zoom.out": () => zoom(1 / 1.35), "zoom.fit": () => fit(), picture: savePicture };
  at("zoom").replaceChildren(
    ...Object.entries(ICONS).map(([key, path]) =>
      make(
        "button",
        { type: "button", title: t(key), "aria-label": t(key), onclick: act[key] },
        drawing("svg", { width: 16, height: 16, fill: "none", stroke: "currentColor", "stroke-width": 1.6, "aria-hidden": "true" }, drawing("path", { d: path })),
      ),
    ),
  );
};

const SHAPES = {
  dot: "M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12z",
  square: "M3 3h10v10H3z",
  diamond: "M8 1.5 14.5 8 8 14.5 1.5 8z",
  triangle: "M8 2 14.5 13.5h-13z",
  triangleDown: "M8 14 1.5 2.5h13z",
  hexagon: "M4.5 2h7l3.5 6-3.5 6h-7L1 8z",
  star: "M8 1l2 4.8 5.2.4-4 3.4 1.3 5L8 11.9l-4.5 2.7 1.3-5-4-3.4L6 5.8z",
};

const buildKey = () => {
  const icon = (colour, path, more = {}) => {
    const svg = drawing("svg", { width: 16, height: 16, "aria-hidden": "true" }, drawing("path", { d: path, fill: "currentColor", ...more }));
    svg.style.color = `var(--${colour})`;
    return svg;
  };
  const line = (colour, thick, dashes = "none") => {
    const set = { d: "M1 8h24", stroke: "currentColor", "stroke-width": thick, "stroke-dasharray": dashes };
    const svg = drawing("svg", { width: 26, height: 16, "aria-hidden": "true" }, drawing("path", set));
    svg.style.color = `var(--${colour})`;
    return svg;
  };
  const shapes = new Map(nodes.get().map((node) => [parties.get(node.id).kind, node.shape]));
  const used = new Set(data.legs.map((leg) => leg.instrument));
  const flows = new Set(data.legs.filter((leg) => !data.still.includes(leg.instrument)).map((leg) => leg.instrument));
  const part = (title, items, more) => make("section", {}, make("h3", {}, title), make("ul", { class: more }, items));
  const mark = (colour, thick, dashes, text) => make("li", {}, line(colour, thick, dashes), text);
  at("strip").replaceChildren(
    ...data.instruments.filter((name) => flows.has(name)).map((name) => mark(name, 4, "none", t(`instrument.${name}`))),
    mark("ink", 2.5, "6 3", t("line.unsigned")),
    mark("ink", 1.5, "1.5 3", t("line.undisclosed")),
  );
  at("key-body").replaceChildren(
    part(t("legend.money"), data.instruments.filter((name) => used.has(name)).map((name) => make("li", {}, line(name, 4), t(`instrument.${name}`)))),
    part(t("legend.line"), [
      make("li", {}, line("ink", 2.5), t("line.signed")),
      make("li", {}, line("ink", 2.5, "7 4"), t("line.unsigned")),
      make("li", {}, line("ink", 1.5, "1.5 3"), t("line.undisclosed")),
      make("li", {}, line("strong", 1.5, "2 4"), t("line.left")),
    ], "one"),
part(t("legend.width"), data.widths.map((step) => make("li", {}, line("ink", width(step)), money(step))), "one"),
    part(t("legend.parties"), data.kinds.filter((kind) => shapes.has(kind)).map((kind) => make("li", {}, icon(kind, SHAPES[shapes.get(kind)]), t(`kind.${kind}`)))),
    part(t("legend.amounts"), ["up-to", "incl", "plus", "floor", "least", "undisclosed"].map((key) => make("li", {}, make("b", {}, t(`amounts.${key}`)), t(`amounts.${key}.says`))), "one said"),
  );
};

/** Write every fixed word in the chosen language, then everything else. */
const relabel = () => {
  document.documentElement.lang = state.language === "zh" ? "zh-Hans" : "en";
  document.title = t("title");
  document.querySelectorAll("[data-t]").forEach((node) => (node.textContent = t(node.dataset.t)));
  document.querySelectorAll("[data-label]").forEach((node) => node.setAttribute("aria-label", t(node.dataset.label)));
  search.placeholder = t("search");
  search.title = t("search.hint");
  frame.setAttribute("aria-label", `${t("graph")}. ${t("graph.help")}`);
  at("registry").textContent = t("registry", { digest: data.digest, date: day(data.asOf) });
  const held = document.activeElement?.name;
  buildSwitches();
  buildZoom();
  buildKey();
  resnap();
  if (held) document.querySelector(`input[name="${CSS.escape(held)}"]:checked`)?.focus();
};

const retheme = () => {
  document.documentElement.dataset.theme = state.theme;
  readColours();
  draw();
  remember();
};

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", retheme);

addEventListener("beforeprint", () => {
  document.documentElement.dataset.theme = "light";
  readColours();
  draw();
});
addEventListener("afterprint", retheme);

at("skip").addEventListener("click", (event) => {
  event.preventDefault();
  if (at("view-table").hidden) openView("table");
  at("view-table").focus();
});

addEventListener("hashchange", () => {
  recall();
  settle();
  settleIn();
  document.documentElement.dataset.theme = state.theme;
  readColours();
  relabel();
});

addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input[type=search], select, textarea");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "Escape") {
    if (at("key").open && at("key").contains(document.activeElement)) at("key").open = false;
    else if (search.value) {
      search.value = "";
      ask("");
    } else if (state.chosen) choose(null, { tab: state.tab });
    else if (document.activeElement === search) search.blur();
  }
});

let pending = 0;
new ResizeObserver(() => {
  cancelAnimationFrame(pending);
  pending = requestAnimationFrame(() => fit(false));
}).observe(at("graph"));

recall();
document.documentElement.dataset.theme = state.theme;
readColours();
settle();
if (state.chosen?.loop && !chosenLoop()) state.chosen = null;
startGraph();
relabel();
fit(false);
started = true;

document.documentElement.dataset.ready = "";

/* What a test may look at: the same objects the page uses. */
window.aiweb = { state, data, network, nodes, edges, now: () => now, labels: () => labels.map(({ id }) => id) };
