/* -- the view of stress -------------------------------------------------- */

VIEWS.stress = {
  show: (box) => box.replaceChildren(make("h2", {}, t("view.stress"))),
  rows: () => ({ columns: [], rows: [] }),
};
