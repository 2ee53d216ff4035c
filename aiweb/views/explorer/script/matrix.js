/* -- the view of the matrix ---------------------------------------------- */

VIEWS.matrix = {
  show: (box) => box.replaceChildren(make("h2", {}, t("view.matrix"))),
  rows: () => ({ columns: [], rows: [] }),
};
