"""The bands of reps, holds and set-up problems behind a set's traces, and the labels above them."""

from __future__ import annotations

from typing import Any

from formcheck.feedback.verdicts import STATE_SIGNS, state_of, verdict_words
from formcheck.feedback.words import is_judged
from formcheck.model import SetResult
from formcheck.report._summary import items

__all__ = ["band_labels", "item_bands", "setup_bands"]


def item_bands(result: SetResult) -> list[dict[str, Any]]:
    """Return a band for each rep or hold, in the colour of what became of it."""
    return [
        {
            "type": "rect",
            "layer": "below",
            "xref": "x",
            "yref": "paper",
            "x0": round(item.start_s, 3),
            "x1": round(item.end_s, 3),
            "y0": 0,
            "y1": 1,
            "fillcolor": f"--{state_of(item)}-band",
            "line": {"width": 0},
        }
        for item in items(result)
    ]


def setup_bands(result: SetResult) -> list[dict[str, Any]]:
    """Return a dotted frame round each time in which nothing could be judged."""
    return [
        {
            "type": "rect",
            "layer": "below",
            "xref": "x",
            "yref": "paper",
            "x0": round(problem.start_s, 3),
            "x1": round(problem.end_s, 3),
            "y0": 0,
            "y1": 1,
            "fillcolor": "rgba(0,0,0,0)",
            "line": {"width": 1, "dash": "dot", "color": "--soft"},
        }
        for problem in result.setup
    ]


def band_labels(result: SetResult) -> list[dict[str, Any]]:
    """Return number and sign above each band; in a long set every fifth number, and all signs.

    Where nothing is judged, numbers alone.
    """
    judged = is_judged(result.summary)
    many = len(items(result)) > 16
    labels = []
    for item in items(result):
        top = str(item.index) if not many or item.index % 5 == 0 or item.index == 1 else " "
        labels.append(
            {
                "xref": "x",
                "yref": "paper",
                "x": round((item.start_s + item.end_s) / 2, 3),
                "y": 1,
                "yanchor": "bottom",
                "yshift": 16,
                "showarrow": False,
                "text": f"{top}<br><b>{STATE_SIGNS[state_of(item)]}</b>" if judged else top,
                "hovertext": verdict_words(item) if judged else "",
                "font": {"size": 12, "color": f"--{state_of(item)}" if judged else "--soft"},
            }
        )
    return labels
