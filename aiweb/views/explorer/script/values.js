/* The page at work. Everything shown comes from the JSON in the page; texts enter it as text, never as markup.
   The chapters of this folder are put together in the order that `page.py` gives, as one function. */

/* -- values -------------------------------------------------------------- */

const at = (id) => document.getElementById(id);

/** Read back what `packing.py` wrote short: an array is a list, an object or a number below 0; such a number a part kept once. */
const unpack = ({ shapes, kept, root }) => {
  const made = [];
  const value = (part) => {
    if (typeof part === "number" && part < 0) return (made[~part] ??= value(kept[~part]));
    if (!Array.isArray(part)) return part;
    const [kind, ...inner] = part;
    if (kind < 0) return inner[0];
    if (kind === 0) return inner.map(value);
    return Object.fromEntries(shapes[kind - 1].map((key, place) => [key, value(inner[place])]));
  };
  return value(root);
};

/** Decompress what `page.py` compressed, and read it back. */
const inflated = async (text) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return unpack(JSON.parse(await new Response(stream).text()));
};
const { data, words, nodes: allNodes, edges: allEdges } = await inflated(at("payload").textContent);

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 820px)");
const PRESETS = ["headline", "contracted", "firm", "paid"];
const CONSIDERATIONS = ["cash", "all"];
const LANGUAGES = { en: "English", zh: "中文" };
const TABS = ["details", "filters"];
const SIGNED = new Set(["signed", "closed", "completed"]);
const ENDED = new Set(["completed", "lapsed", "cancelled", "superseded"]);
const SHORT = 15;
const GRADES = ["filing", "company", "press", "digest"];

const deals = new Map(data.deals.map((deal) => [deal.id, deal]));
const parties = new Map(Object.entries(data.parties));

/* -- words and values ---------------------------------------------------- */

const t = (key, values = {}) => {
  let text = words[state.language][key] ?? words.en[key] ?? key;
  if (values.count === 1 && words[state.language][`${key}.1`]) text = words[state.language][`${key}.1`];
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
};
const share = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });
const money = (number) => data.money[number][state.language];
const high = (number) => data.money[number].high;
const isOpen = (number) => Boolean(data.money[number].undisclosed) && !high(number);
const partyName = (id) => parties.get(id)[state.language === "zh" ? "zh" : "name"];
const dealTitle = (deal) => (state.language === "zh" && deal.zh) || deal.title;
const dates = Object.fromEntries(
  [["en", "en-GB"], ["zh", "zh-CN"]].map(([language, locale]) => [
    language,
    new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }),
  ]),
);
const day = (iso) => dates[state.language].format(new Date(`${iso}T00:00:00Z`));

/** Make an element: `set` gives properties, attributes and listeners; children are text or elements. */
const make = (tag, set = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(set)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "colour") node.style.color = `var(--${value})`;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== ""));
  return node;
};

const drawing = (tag, set, ...children) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(set)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

const swatch = (name) => make("span", { class: "swatch", colour: name, "aria-hidden": "true" });

const link = (text, act, more = {}) => make("button", { type: "button", class: "link", onclick: act, ...more }, text);

/** Where an entry stands in the registry: the keys that lead to it. */
const place = {
  party: (id) => `parties: ${id}`,
  deal: (deal) => `deals: ${deal.id}`,
  leg: (leg) => `leg ${data.legs[leg].deal}/${deals.get(data.legs[leg].deal).legs.indexOf(leg) + 1}`,
  source: (source) => (source.deal ? `deals: ${source.deal}: ${source.name}` : `sources: ${source.name}`),
};
const where = (at) => make("small", { class: "where" }, t("source.line", { file: data.file, at }));

const partyLink = (id) => link(partyName(id), () => choose({ party: id }));
