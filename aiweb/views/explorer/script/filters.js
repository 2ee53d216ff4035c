const showFilters = () => {
  const known = data.legs.map((_, leg) => leg).filter((leg) => now.states[leg].status);
  const tally = (of) => known.reduce((seen, leg) => seen.set(of(leg), (seen.get(of(leg)) || 0) + 1), new Map());
  const choice = (kind, off, name, count, mark) =>
    make(
      "label",
      {},
      make("input", { type: "checkbox", value: name, checked: !off.has(name), onchange: (event) => {
        if (event.target.checked) off.delete(name);
        else off.add(name);
        refilter();
      } }),
      mark || "",
      t(`${kind}.${name}`),
      make("small", {}, String(count)),
    );
  const instruments = tally((leg) => data.legs[leg].instrument);
  const statuses = tally((leg) => now.states[leg].status);
  const flag = (id, name, key) =>
    make("label", { class: "choice" }, make("input", { type: "checkbox", id, checked: state[name], onchange: (event) => {
      state[name] = event.target.checked;
      refilter();
    } }), t(key));
  const least = make("select", { id: "least", "aria-label": t("filters.least"), onchange: (event) => {
    state.least = Number(event.target.value);
    refilter();
  } }, make("option", { value: "-1" }, t("filters.any")), data.thresholds.map((step) => make("option", { value: String(step), selected: step === state.least }, money(step))));
  at("pane-filters").replaceChildren(
    make("p", { class: "soft" }, t("filters.says")),
    make("h3", {}, t("filters.instrument")),
    make("div", { class: "choices", id: "filter-instruments" }, data.instruments.filter((name) => instruments.has(name)).map((name) => choice("instrument", state.instruments, name, instruments.get(name), swatch(name)))),
    make("h3", {}, t("filters.status")),
    make("div", { class: "choices", id: "filter-statuses" }, data.statuses.filter((name) => statuses.has(name)).map((name) => choice("status", state.statuses, name, statuses.get(name)))),
    make("h3", {}, t("filters.least")),
    least,
    flag("undisclosed", "undisclosed", "filters.undisclosed"),
    flag("left", "left", "filters.left"),
    make("button", { type: "button", class: "button", id: "reset", onclick: reset }, t("filters.reset")),
  );
};

const reset = () => {
  state.instruments.clear();
  state.statuses.clear();
  Object.assign(state, { least: -1, undisclosed: true, left: false });
  showFilters();
  refilter();
  at("reset").focus();
};

const refilter = () => {
  draw();
  showTable();
  showTabs();
  reshow();
  remember(true);
};
