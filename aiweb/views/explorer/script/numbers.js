/* -- the numbers --------------------------------------------------------- */

const showNumbers = () => {
  const { numbers } = now.snapshot;
  const joint = state.language === "zh" ? "；" : "; ";
  const counted = state.preset === "paid" ? t("paid.coverage", { count: numbers.count, all: numbers.all }) : t("legs.count", { count: numbers.count });
  const open = [
    numbers.undisclosed ? t("legs.undisclosed", { count: numbers.undisclosed }) : "",
    numbers.ceilings ? t("legs.ceilings", { count: numbers.ceilings }) : "",
  ];
  const card = (name, value, note, more = "", always = "") =>
    make(
      "div",
      { class: `card ${more}`, id: `number-${name}` },
      make("h3", {}, name === "net" ? term(name, t("number.net")) : t(`number.${name}`)),
      make("p", { class: "value" }, explained(value, explainNumber(name), { title: t(`number.${name}.says`) })),
      always ? make("p", { class: "always" }, always) : "",
      note ? make("p", { class: "open" }, name === "gross" ? termed(note) : note) : "",
    );
  at("cards").replaceChildren(
    card("circular", money(numbers.circular), numbers.unknown ? t("legs.unknown", { count: numbers.unknown }) : "", "first", t("number.circular.hops")),
    card("share", shares(numbers), "", "", state.preset === "paid" ? t("paid.share", { count: numbers.count, all: numbers.all }) : ""),
    card("gross", money(numbers.gross), [counted, ...open].filter(Boolean).join(joint)),
    card("net", money(numbers.net), numbers.undisclosed ? t("legs.undisclosed", { count: numbers.undisclosed }) : ""),
    make(
      "div",
      { class: "card wide", id: "number-ladder" },
      make("h3", {}, t("number.ladder")),
      explained(ladder(numbers), explainNumber("ladder"), { title: t("number.ladder.says") }),
    ),
  );
};

const shares = ({ low, high: upper }) => {
  const one = (share, bound) => make("span", { class: "one" }, share, make("small", {}, t(bound)));
  if (!low && !upper) return [t("none")];
  if (low === upper) return [low];
  return [low && one(low, "bound.low"), upper && one(upper, "bound.high")].filter(Boolean);
};

/** The rungs of the ladder with those that are not worked out on the page, where something is left out. */
const allRungs = ({ ladder: rungs }) => (state.off.size && rungs.length > 1 ? [2, 3, 4, 0].map((length) => rungs.find((rung) => rung.length === length) || { length, open: true }) : rungs);

/** What loops of so many parties can cancel: a bar from nothing to the upper bound, full up to the lower.
    Once short loops can cancel as much as any, the longer say nothing more and go. */
const ladder = (numbers) => {
  const whole = allRungs(numbers);
  const reached = whole.findIndex(({ amount }) => amount !== undefined && amount === whole.at(-1).amount);
  const rungs = reached < 0 ? whole : whole.slice(0, reached + 1);
  const most = Math.max(1, ...rungs.map(({ amount }) => (amount === undefined ? 0 : high(amount))));
  return rungs.flatMap(({ length, amount, open }, step) => {
    const name = t(`ladder.${length || "any"}`);
    if (open) return [make("span", {}, name), make("span", { class: "unsaid" }, t("ladder.open"))];
    const bar = (bound) => {
      const drawn = make("i", { class: bound });
      drawn.style.width = amount === undefined ? "0" : `${(100 * data.money[amount][bound]) / most}%`;
      return drawn;
    };
    return [
      make("span", {}, length && step === reached ? t("ladder.all", { rung: name }) : name),
      make("span", { class: "bars", "aria-hidden": "true" }, bar("high"), bar("low")),
      make("b", {}, amount === undefined ? t("too-many") : money(amount)),
    ];
  });
};
