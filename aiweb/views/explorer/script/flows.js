/* -- the view of flows --------------------------------------------------- */

VIEWS.flows = {
  show: (box) => box.replaceChildren(make("h2", {}, t("view.flows"))),
  rows: () => ({ columns: [], rows: [] }),
};
