/* -- the view of the gap ------------------------------------------------- */

VIEWS.gap = {
  show: (box) => box.replaceChildren(make("h2", {}, t("view.gap"))),
  rows: () => ({ columns: [], rows: [] }),
};
