"""The page: one file that shows who pays whom, how much, and how much of it comes back round."""

from aiweb.views.explorer.page import page

__all__ = ["page"]
