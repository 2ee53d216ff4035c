/* -- charts -------------------------------------------------------------- */

/* Amounts that the page adds up itself: they obey the rules of `values.py` and read as `wording.py` writes them. */

const UNITS = { en: [["tn", 12], ["bn", 9], ["m", 6]], zh: [["万亿", 12], ["亿", 8], ["万", 4]] };
const NIL = { low: 0, high: 0 };

/** Add up amounts, given as objects or as numbers of `data.money`: what is undisclosed or has only a limit stays counted. */
const summed = (amounts) =>
  amounts.reduce((sum, amount) => {
    const { low, high: upper, undisclosed = 0, ceilings = 0, unbounded = false } = typeof amount === "number" ? data.money[amount] : amount;
    return {
      low: sum.low + low,
      high: sum.high + upper,
      undisclosed: sum.undisclosed + undisclosed,
      ceilings: sum.ceilings + ceilings,
      unbounded: Boolean(sum.unbounded || unbounded),
    };
  }, { ...NIL, undisclosed: 0, ceilings: 0, unbounded: false });

/** Whether nothing of an amount is known. */
const isUnknown = ({ undisclosed, high: upper, unbounded }) => Boolean(undisclosed) && !upper && !unbounded;

/** Whole dollars to three digits, half to even, as number and unit of the language. */
const digits = (value, within = value) => {
  const [unit, power] = UNITS[state.language].find(([, power]) => Math.abs(within) >= 10 ** power) || ["", 0];
  const size = Math.abs(Math.round(value));
  const wanted = 10 ** Math.max(0, String(size).length - 3);
  const step = state.language === "en" ? Math.min(wanted, 10 ** power) : wanted;
  let times = Math.floor(size / step);
  const rest = 2 * (size - times * step);
  if (rest > step || (rest === step && times % 2)) times += 1;
  return [String((times * step) / 10 ** power), unit];
};

/** Write a single amount short, as axes do. */
const brief = (value) => `${value < 0 ? "−" : ""}${state.language === "en" ? "$" : ""}${digits(value).join("")}`;

/** Write an amount in full: its range, and how much of it is open. */
const written = (amount) => {
  const { low, high: upper, undisclosed = 0, ceilings = 0, unbounded } = amount;
  const zh = state.language === "zh";
  const ranges = low < upper;
  const say = (key, count) => t(count === 1 ? `sum.${key}.1` : `sum.${key}`, { count });
  if (!low && !upper && undisclosed && !ceilings && !unbounded) return say("undisclosed", undisclosed);
  const plus = [ceilings && !ranges ? t("sum.up-to", { count: ceilings }) : "", undisclosed ? t("sum.unknown", { count: undisclosed }) : ""].filter(Boolean);
  const tail = plus.length ? t("sum.plus", { plus: plus.join(t("sum.and")) }) : "";
  if (!low && !upper && ceilings && !unbounded) return ceilings > 1 || undisclosed ? t("sum.one", { amount: brief(0) }) + tail : t("amounts.floor");
  const one = t("sum.one", { amount: brief(upper) });
  const incl = (count) => (count ? t("sum.incl", { count }) : "");
  if (!ranges) return (unbounded ? t("sum.least", { amount: one }) : one) + tail;
  if (!low) return t("sum.most", { amount: one }) + (unbounded ? (zh ? "或更多" : "+") : "") + incl(ceilings > 1 ? ceilings : 0) + tail;
  // As in English, a lower bound below a million is written in millions where the upper one has a unit.
  const [[from, unit], [to, other]] = [!zh && low < 1e6 && upper >= 1e6 ? digits(low, 1e6) : digits(low), digits(upper)];
  const between = `${zh ? "" : "$"}${from}${unit === other ? "" : unit}–${to}${other}`;
  return t("sum.one", { amount: between }) + (unbounded ? (zh ? "以上" : "+") : "") + incl(ceilings) + tail;
};

/* Scales: each is a function from a value to a place, with what its axis needs. */

/** Round steps between two numbers: 1, 2 or 5 times a power of ten. */
const ticks = (low, upper, wanted = 5) => {
  if (upper <= low) return [low];
  const raw = (upper - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((times) => times * power >= raw) || 10);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(upper / step) - first + 1 }, (_, index) => (first + index) * step);
};

const linear = ([low, upper], [start, end]) => {
  const scale = (value) => start + ((value - low) / (upper - low || 1)) * (end - start);
  return Object.assign(scale, { ticks: (wanted) => ticks(low, upper, wanted).map((value) => [value, brief(value)]) });
};

/** One place a name; `scale.width` is how wide each is. */
const band = (names, [start, end], gap = 0.2) => {
  const step = (end - start) / (names.length || 1);
  const places = new Map(names.map((name, index) => [name, start + step * (index + gap / 2)]));
  return Object.assign((name) => places.get(name), { width: step * (1 - gap), ticks: () => names.map((name) => [name, String(name)]) });
};

const dayNumber = (iso) => Date.parse(`${iso.slice(0, 10)}T00:00:00Z`) / 86400000;

/** A scale of days, with ticks at the beginnings of months, quarters or years. */
const calendar = ([from, to], [start, end]) => {
  const [first, last] = [dayNumber(from), Math.max(dayNumber(to), dayNumber(from) + 1)];
  const scale = (iso) => start + ((dayNumber(iso) - first) / (last - first)) * (end - start);
  const marks = (wanted = 8) => {
    const months = [1, 3, 6, 12, 24, 60, 120, 600].find((step) => (last - first) / 30.4 / step <= wanted) || 1200;
    const found = [];
    for (let month = Number(from.slice(0, 4)) * 12; ; month += months) {
      const iso = `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}-01`;
      if (dayNumber(iso) > last) return found;
      if (dayNumber(iso) >= first) found.push([iso, months < 12 ? iso.slice(0, 7) : iso.slice(0, 4)]);
    }
  };
  return Object.assign(scale, { ticks: marks, from: from.slice(0, 10), to: to.slice(0, 10) });
};

/** An axis: `side` is "left" (grid across from `from` to `to`) or "bottom" (grid up). */
const axis = (scale, { side, from, to, wanted, grid = true, title }) => {
  const across = side === "bottom";
  const marks = scale.ticks(wanted).map(([value, text]) => {
    const spot = Math.round(scale(value) * 10) / 10 + (across && scale.width ? scale.width / 2 : 0);
    return drawing(
      "g",
      { transform: across ? `translate(${spot} 0)` : `translate(0 ${spot})` },
      ...(grid ? [drawing("path", { class: "grid", d: across ? `M0 ${from}V${to}` : `M${from} 0H${to}` })] : []),
      across ? label(spot < 20 ? -spot : 0, Math.max(from, to) + 15, text, { anchor: spot < 20 ? "start" : "middle" }) : label(from - 6, 4, text, { anchor: "end" }),
    );
  });
  return drawing("g", { class: "axis", "aria-hidden": "true" }, ...marks, ...(title ? [title] : []));
};

const label = (x, y, text, { anchor = "start", class: kind = "" } = {}) => drawing("text", { x, y, "text-anchor": anchor, class: kind }, text);

/** How wide a text is about, at a size of 11.5 to 12 pixels: letters of Chinese count double. */
const pixels = (text) => [...text].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 12 : 6.4), 0);

/** Shorten a text to so many pixels. */
const shortened = (text, most) => {
  const letters = [...text];
  if (pixels(text) <= most) return text;
  while (letters.length > 1 && pixels(letters.join("")) > most - 8) letters.pop();
  return `${letters.join("").trim()}…`;
};

/** An amount without its counts, for a place that is narrow; what is open leaves a mark. */
const compact = (amount) => {
  const { low, high: upper, undisclosed, ceilings } = typeof amount === "number" ? data.money[amount] : amount;
  const unbounded = !undisclosed && (typeof amount === "number" ? data.money[amount] : amount).unbounded;
  if (isUnknown({ undisclosed, high: upper })) return "?";
  return `${written({ low, high: upper, unbounded, ceilings: upper ? 0 : ceilings })}${undisclosed ? " + ?" : ""}`;
};

/* Marks: what can be pointed at, reached by the keyboard, and chosen. */

const hint = make("div", { id: "hint", role: "tooltip", hidden: true });
document.body.append(hint);
const hideHint = () => (hint.hidden = true);
addEventListener("scroll", hideHint, true);
addEventListener("keydown", ({ key }) => key === "Escape" && hideHint());

/** Show what a mark says beside the place on the screen that is pointed at. */
const showHint = (said, x, y) => {
  hint.replaceChildren(...said.map((line, place) => make(place ? "span" : "b", {}, line)));
  hint.hidden = false;
  hint.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - hint.offsetWidth - 6))}px`;
  hint.style.top = `${y + 16 + hint.offsetHeight > innerHeight ? Math.max(4, y - hint.offsetHeight - 10) : y + 16}px`;
};

/** Let a mark say something to pointer and keyboard; `said` gives its lines, the first as a heading. */
const hinted = (node, said) => {
  node.addEventListener("pointermove", (event) => event.pointerType !== "touch" && showHint(said(), event.clientX, event.clientY));
  node.addEventListener("pointerleave", hideHint);
  node.addEventListener("blur", hideHint);
  node.addEventListener("focus", () => {
    if (!node.matches(":focus-visible")) return;
    const box = node.getBoundingClientRect();
    showHint(said(), box.left + box.width / 2, box.bottom - 14);
  });
  return node;
};

/** A word of the field, which says to pointer, keyboard and finger what it means. */
const term = (key, text) => {
  const said = () => [text, t(`term.${key}`)];
  const node = make("button", { type: "button", class: "term", "aria-describedby": "hint", onclick: () => {
    const { left, bottom } = node.getBoundingClientRect();
    showHint(said(), left, bottom - 14);
  } }, text);
  return hinted(node, said);
};

/** A text in which the first place of a word of the field is one that can be asked what it means. */
const termed = (text, key = "leg") => {
  const found = text.match(new RegExp(t(`term.${key}.found`)));
  return found ? [text.slice(0, found.index), term(key, found[0]), text.slice(found.index + found[0].length)] : [text];
};

/** A name that holds what is written on a thing, as it is written: whoever speaks it reaches the thing. */
const spokenAs = (seen, said) => {
  const bare = (text) => ` ${text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim()} `;
  if (!bare(seen).trim() || bare(said.join(" ")).includes(bare(seen))) return said.join(". ");
  return [seen, ...said.filter((line) => !bare(seen).includes(bare(line)))].join(". ");
};

/** A mark of a chart: `said` are its lines, `act` what choosing it does, `on` whether it is chosen, `dim` whether others are.
    `key` is its name among the marks of its view, by which the keyboard finds it again when the view is drawn anew. */
const svgMark = ({ said, act, on, dim, key, class: kind = "", tabindex = "0", ...more }, ...shapes) => {
  const names = ["mark", kind, on ? "on" : "", dim ? "dim" : ""].filter(Boolean).join(" ");
  // Spaces between the texts, as one sees them.
  const apart = shapes.flatMap((shape) => [shape, " "]);
  const seen = shapes.flatMap((shape) => (shape.tagName === "text" ? [shape] : [...shape.querySelectorAll("text")])).map((text) => text.textContent).join(" ");
  const set = { ...more, class: names, "aria-label": spokenAs(seen, said), ...(key ? { "data-key": key } : {}) };
  if (!act) return hinted(drawing("g", { ...set, role: "img" }, ...apart), () => said);
  const node = drawing("g", { ...set, role: "button", tabindex, "aria-pressed": String(Boolean(on)) }, ...apart);
  node.addEventListener("click", act);
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  });
  return hinted(node, () => said);
};

/** Choose something, or nothing if it is chosen already. */
const toggled = (what) => () => {
  const [name] = Object.keys(what);
  choose(state.chosen?.[name] === what[name] ? null : what, { tab: state.tab });
};

/** The drawing of a chart; `says` names it for those who cannot see it. */
const chartSvg = (wide, tall, says, ...children) =>
  drawing("svg", { class: "chart", viewBox: `0 0 ${wide} ${tall}`, width: wide, height: tall, role: "group", "aria-label": says }, ...children);

/** A pattern of stripes for what is not known, filled by `url(#id)`. */
const hatch = (id, colour = "muted") =>
  drawing("pattern", { id, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, drawing("path", { d: "M0 0V5", class: "hatch", stroke: `var(--${colour})` }));

/** A legend: rows of `{ colour, text, kind }`, where kind is "fill" (default), "light", "hatch", "line", "dash" or "ring". */
const legend = (rows) =>
  make("ul", { class: "legend" }, rows.map(({ colour = "ink", text, kind = "fill" }) => make("li", {}, make("i", { class: kind, colour, "aria-hidden": "true" }), text)));

const LISTED = 200;

/** A table of what is shown; numbers in columns of money are written as money. */
const chartTable = ({ columns, rows, title }) => {
  const cell = (value, place) => {
    if (typeof value !== "number") return make(place ? "td" : "th", place ? {} : { scope: "row" }, value);
    return make("td", { class: "n" }, /low$|high$|dollars$/.test(columns[place]) ? brief(value) : String(value));
  };
  return [
    make(
      "table",
      {},
      make("caption", { class: "quiet" }, title),
      make("thead", {}, make("tr", {}, columns.map((name) => make("th", { scope: "col" }, t(`column.${name}`))))),
      make("tbody", {}, rows.slice(0, LISTED).map((values) => make("tr", {}, values.map(cell)))),
    ),
    rows.length > LISTED ? make("p", { class: "soft" }, t("chart.rows", { shown: LISTED, count: rows.length })) : "",
  ].filter(Boolean);
};

/** Something to open, with what is in it made only then: before it opens, if a reader opens it. */
const folding = (given, head, holder, contents) => {
  const filled = () => {
    if (holder.childNodes.length) return;
    holder.append(...contents());
    watchSides(holder.parentNode);
  };
  return make("details", { ...given, ontoggle: ({ target }) => target.open && filled() }, make("summary", { onclick: filled }, head), holder);
};

/** A chart with its heading, what it shows and in which units, and the same as a table that is made when it is opened. */
const chart = ({ title, head = title, says, svg, columns, rows, legend: key, key: name = title }) => {
  const holder = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("chart.table") });
  const filled = () => chartTable({ columns, rows: typeof rows === "function" ? rows() : rows, title });
  const details = folding({ "data-open": name }, t("chart.table"), holder, filled);
  return make("figure", { class: "figure" }, make("figcaption", {}, make("h3", {}, head), make("p", { class: "soft" }, says)), key || "", make("div", { class: "drawn" }, svg), details);
};

/** Say of what is wider than its box that it goes on to the side. */
const sideways = new ResizeObserver((seen) => {
  for (const { target } of seen) {
    const box = target.closest(".drawn, .scroll");
    if (box.scrollWidth > box.clientWidth + 1) box.dataset.cut = t("sideways");
    else delete box.dataset.cut;
  }
});

/** Watch whether what is in a box, or comes into it, is wider than it. */
const watchSides = (box) => {
  for (const one of box.querySelectorAll(".drawn, .scroll")) [one, ...one.children].forEach((part) => sideways.observe(part));
};

/** A few options of which one holds. */
const options = (name, says, values, chosen, act) =>
  make(
    "div",
    { class: "options", role: "group", "aria-label": says },
    make("span", { class: "soft", "aria-hidden": "true" }, says),
    values.map(([value, text]) => make("button", { type: "button", "aria-pressed": String(value === chosen), "data-key": `${name}:${value}`, onclick: () => act(value) }, text)),
  );

/** Make the marks of a drawing one stop of the keyboard: the arrows go from one to the next. */
const roving = (svg) => {
  const marks = [...svg.querySelectorAll('[role="button"]')];
  const first = marks.find((mark) => mark.getAttribute("aria-pressed") === "true") || marks[0];
  for (const mark of marks) mark.setAttribute("tabindex", mark === first ? "0" : "-1");
  svg.addEventListener("keydown", (event) => {
    const here = marks.indexOf(event.target);
    const next = { ArrowDown: here + 1, ArrowRight: here + 1, ArrowUp: here - 1, ArrowLeft: here - 1, Home: 0, End: marks.length - 1 }[event.key];
    if (here < 0 || next === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    marks[Math.max(0, Math.min(marks.length - 1, next))].focus();
  });
  svg.addEventListener("focusin", ({ target }) => {
    if (!marks.includes(target)) return;
    for (const mark of marks) mark.setAttribute("tabindex", mark === target ? "0" : "-1");
  });
  return svg;
};

/** The legs that pass the filters, and those of them that stand out. */
const shownLegs = () => {
  const legs = data.legs.map((_, leg) => leg).filter(drawn);
  const lit = focus();
  return { legs, lit: lit && lit.legs, litParties: lit && lit.parties };
};

/** The bounds of an amount as cells: no upper bound where there is none. */
const ranged = ({ low, high: upper, undisclosed = 0, unbounded }) => [low, unbounded || (undisclosed && !upper) ? "" : upper, undisclosed];

/** Choose what is paid from one party to another: the deal if it is only one, else the pair. */
const choosePair = (from, to, legs) => {
  const leg = [...legs].sort(bySize)[0];
  const { deal } = data.legs[leg];
  if ("pair" in KEPT && legs.some((one) => data.legs[one].deal !== deal)) toggled({ pair: `${from}>${to}` })();
  else choose(state.chosen?.deal === deal && state.chosen.leg === leg ? null : { deal, leg }, { tab: state.tab });
};

/** How wide a chart in a box may be. */
const roomy = (box) => Math.max(280, Math.floor((box.clientWidth || at("panel").parentNode.clientWidth) - 30));

/** Put new content into a box; the keyboard, open tables and the place one has scrolled to stay. */
const renew = (box, ...children) => {
  const held = box.contains(document.activeElement) && document.activeElement.closest("[data-key]")?.dataset.key;
  const open = new Set([...box.querySelectorAll("details[open][data-open]")].map((node) => node.dataset.open));
  const { scrollTop, scrollLeft } = box;
  hideHint();
  box.replaceChildren(...children.flat().filter(Boolean));
  watchSides(box);
  for (const node of box.querySelectorAll("details[data-open]")) node.open = open.has(node.dataset.open);
  if (held) box.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  Object.assign(box, { scrollTop, scrollLeft });
};

/** Draw the view that is shown anew. */
const reshow = () => VIEWS[state.view].show(at(`view-${state.view}`));

/* A view that is drawn to the width of its box is drawn anew when that changes. */
let lastWide = 0;
new ResizeObserver(([{ contentRect }]) => {
  const before = lastWide;
  lastWide = Math.round(contentRect.width);
  if (before && lastWide && before !== lastWide && state.view !== "graph") requestAnimationFrame(reshow);
}).observe(document.querySelector(".stage"));
