/* -- choosing, switching, saying ----------------------------------------- */

const say = (text) => (at("live").textContent = text);

const choose = (what, { scroll = false, focus: focused = false, tab = "details" } = {}) => {
  what = routed(what);
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
  else if (what.pair) say(t("live.pair", { ...pairEnds(what.pair), count: legsBetween.get(what.pair).length }));
  else if (what.path) say(t("live.path", { ...pairEnds(what.path), count: chosenPaths().paths.length }));
  else say(t("live.loop", { name: loopText(chosenLoop()), amount: loopAmount(chosenLoop()) }));
  if (focused) at(`pane-${tab}`).focus({ preventScroll: true });
  if (scroll && what && narrow.matches) at("panel").scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "nearest" });
  else if (scroll && what) at("view-graph").scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "nearest" });
};

/** On a small screen what counts is said in a line, which opens the controls. */
const showFold = () => {
  const open = document.body.hasAttribute("data-open");
  at("fold").setAttribute("aria-expanded", String(open));
  const more = [state.whatif && `${t("whatif")}: ${whatifTitle(whatifOf(state.whatif))}`, state.off.size && t("fold.off", { count: state.off.size })].filter(Boolean);
  at("fold").replaceChildren(make("span", {}, t("fold", { preset: t(`preset.${state.preset}`), consideration: t(`consideration.${state.consideration}`) }), more.map((one) => make("b", {}, one))));
};
at("fold").addEventListener("click", () => {
  document.body.toggleAttribute("data-open");
  showFold();
});

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
  // On a phone the tab of the view is in sight.
  at("views").scrollLeft = at(`to-${state.view}`).offsetLeft - at("views").offsetLeft - 60;
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
  showStory();
  remember(step);
  if (index >= 0 && !holder.hidden) holder.querySelectorAll("button")[index]?.focus({ preventScroll: true });
};

const resnap = (step = false) => {
  settle();
  if (state.chosen?.loop && !chosenLoop()) state.chosen = null;
  at("cleared").hidden = true;
  showNumbers();
  showWhatif();
  showTime();
  showFold();
  showFilters();
  show(step === true);
  at("says").textContent = t(`says.${state.preset}`);
  const { numbers } = now.snapshot;
  // While time goes by, only where it stops is said.
  if (!playing) say(t("live.snapshot", {
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
  buildSwitch("language", Object.entries(LANGUAGES), () => {
    remember(true);
    relabel();
  });
  buildSwitch("theme", ["auto", "light", "dark"].map((name) => [name, t(`theme.${name}`)]), () => {
    remember(true);
    retheme();
  });
  buildSwitch("date", data.marked.map((iso) => [iso, day(iso), dayNote(iso)]), () => {
    haltTime();
    goTo(state.date);
  });
  buildSwitch("preset", PRESETS.map((name) => [name, t(`preset.${name}`)]), () => resnap(true));
  buildSwitch("consideration", CONSIDERATIONS.map((name) => [name, t(`consideration.${name}`)]), () => resnap(true));
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
  buildTime();
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
  picking = null;
  recall();
  settle();
  settleIn();
  document.documentElement.dataset.theme = state.theme;
  readColours();
  relabel();
});

/** What single keys do: with a word on each, and the keys by which it is shown if that is not the key itself. */
const KEYS = {
  "/": () => {
    if (state.view !== "graph" && search.closest("[hidden]")) openView("graph");
    search.focus();
    search.select();
  },
  "?": () => showKeys(),
  ...Object.fromEntries(ORDER.map((name, index) => [String(index + 1), () => openView(name)])),
  ",": () => stepBy(-1),
  ".": () => stepBy(1),
  p: () => at("time-play")?.click(),
  "[": () => tellBy(-1),
  "]": () => tellBy(1),
};

/** Say which keys do what; whoever speaks to the machine, or hits keys by chance, can turn the single ones off. */
const showKeys = () => {
  const rows = [["/"], ["?"], ["1 – 9", "views"], [", .", "time"], ["p", "play"], ["[ ]", "story"], ["← ↑ → ↓", "arrows"], ["Tab", "tab"], ["Esc", "escape"]];
  const box = at("keys");
  box.replaceChildren(
    make("h2", { id: "keys-label" }, t("keys")),
    make("dl", {}, rows.flatMap(([keys, word = keys]) => [make("dt", {}, keys.split(" ").map((key) => (key === "–" ? " – " : make("kbd", {}, key)))), make("dd", {}, t(`keys.${word}`))])),
    make("label", { class: "choice" }, make("input", { type: "checkbox", id: "singles", checked: state.keys, onchange: (event) => {
      state.keys = event.target.checked;
      remember();
    } }), t("keys.on")),
    make("button", { type: "button", class: "button", onclick: () => box.close() }, t("keys.close")),
  );
  box.showModal();
};
at("help").addEventListener("click", showKeys);

addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input[type=search], select, textarea, dialog[open]");
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (KEYS[event.key] && state.keys && plain && !typing) {
    event.preventDefault();
    KEYS[event.key]();
  } else if (event.key === "Escape" && !typing?.closest("dialog")) {
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
window.aiweb = { amounts: { summed, written }, rows: () => VIEWS[state.view].rows(), circulate, snapshotOf, gapOf, state, data, network, nodes, edges, now: () => now, labels: () => labels.map(({ id }) => id), written: () => ({ labels, texts }), glimpse: () => peek, paths: widestPaths };
