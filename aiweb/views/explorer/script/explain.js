/* -- where a number comes from --------------------------------------------- */

/** A number that can be asked where it comes from: `what` gives the answer when it is asked. */
const explained = (text, what) => make("button", { type: "button", class: "num", onclick: () => explain(what()) }, text);

const explain = ({ title }) => {
  at("explanation").replaceChildren(make("h2", { id: "explanation-label" }, title));
  at("explanation").showModal();
};
