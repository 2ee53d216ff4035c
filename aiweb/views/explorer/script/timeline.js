/* -- the view of the timeline -------------------------------------------- */

VIEWS.timeline = {
  show: (box) => box.replaceChildren(make("h2", {}, t("view.timeline"))),
  rows: () => ({ columns: [], rows: [] }),
};
