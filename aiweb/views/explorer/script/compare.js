/* -- the view that compares ---------------------------------------------- */

VIEWS.compare = {
  show: (box) => box.replaceChildren(make("h2", {}, t("view.compare"))),
  rows: () => ({ columns: [], rows: [] }),
};
