/* -- the numbers --------------------------------------------------------- */

const showNumbers = () => {
  const { numbers } = now.snapshot;
  const unknown = numbers.unknown ? t("legs.unknown", { count: numbers.unknown }) : "";
  const open = [
    numbers.undisclosed ? t("legs.undisclosed", { count: numbers.undisclosed }) : "",
    numbers.ceilings ? t("legs.ceilings", { count: numbers.ceilings }) : "",
  ].filter(Boolean).join(state.language === "zh" ? "，" : "; ");
  const paid = state.preset === "paid" ? t("paid.coverage", { count: numbers.count, all: numbers.all }) : "";
  const card = (name, value, note, more = "") =>
    make(
      "div",
      { class: `card ${more}`, id: `number-${name}` },
      make("h3", {}, t(`number.${name}`)),
      make("p", { class: "value" }, value),
      note ? make("p", { class: "open" }, note) : "",
      make("p", { class: "says" }, t(`number.${name}.says`)),
    );
  at("cards").replaceChildren(
    card("circular", money(numbers.circular), unknown, "first"),
    card("share", shares(numbers), "", ""),
    card("gross", money(numbers.gross), [paid || t("legs.count", { count: numbers.count }), open].filter(Boolean).join(state.language === "zh" ? "；" : "; ")),
    card("net", money(numbers.net), ""),
    ladder(numbers),
  );
};

const shares = ({ low, high: upper }) => {
  const one = (share, bound) => (share ? make("span", { class: "one" }, share, make("small", {}, t(bound))) : "");
  if (!low && !upper) return [t("none")];
  if (low === upper) return [low];
  return [one(low, "bound.low"), one(upper, "bound.high")];
};

const ladder = ({ ladder: rungs }) => {
  const most = Math.max(1, ...rungs.map((rung) => (rung.upper === undefined ? 0 : high(rung.upper))));
  const rows = rungs.map((rung) => {
    const bar = make("i", { "aria-hidden": "true" });
    bar.style.width = rung.upper === undefined ? "0" : `${(100 * high(rung.upper)) / most}%`;
    const upper = rung.upper === undefined ? t("too-many") : money(rung.upper);
    return make("li", {}, make("span", {}, t(`ladder.${rung.length || "any"}`)), make("span", {}, bar), make("b", {}, upper));
  });
  return make(
    "div",
    { class: "card wide", id: "number-ladder" },
    make("h3", {}, t("number.ladder")),
    make("ul", { class: "ladder" }, rows),
    make("p", { class: "says" }, t("number.ladder.says")),
  );
};
