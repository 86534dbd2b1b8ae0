"""Hold what formcheck finds in labelled clips against their truth, and plain pose landmarks beside it."""

from formcheck.evaluate.cells import VIEW_BINS, Cell, error_cell, inside_cell, summarise, view_bin
from formcheck.evaluate.observe import Observed, observe_labelled
from formcheck.evaluate.page import check_page, write_page
from formcheck.evaluate.quantities import QUANTITIES, Pair
from formcheck.evaluate.score import ClipScore, evaluate_clip
from formcheck.evaluate.truth import LabelledClip, TrueItem, Truth, find_labelled, read_labelled

__all__ = [
    "QUANTITIES",
    "VIEW_BINS",
    "Cell",
    "ClipScore",
    "LabelledClip",
    "Observed",
    "Pair",
    "TrueItem",
    "Truth",
    "check_page",
    "error_cell",
    "evaluate_clip",
    "find_labelled",
    "inside_cell",
    "observe_labelled",
    "read_labelled",
    "summarise",
    "view_bin",
    "write_page",
]
