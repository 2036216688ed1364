"""Passages as points: near ones say something alike."""

from __future__ import annotations

import pandas as pd

from coder.model.choices import Look
from coder.pictures.drawing import Spec, answering, framed, lit, rows_of, tooltip
from coder.pictures.look import SHAPES, tones_of
from coder.pictures.naming import short_names

_SIDE = 620


def meaning_map(
    points: pd.DataFrame,
    title: str,
    subtitle: str,
    look: Look = Look.LIGHT,
    *,
    groups: list[str],
    by: str = "code",
    separator: str = " / ",
) -> Spec:
    """Rows ``x``, ``y``, ``group``, ``document``, ``start``, ``name``, ``speaker``, ``codes``, ``text``.

    At most seven ``groups`` have a colour and a shape each, in this order; points of all others are small and hollow.
    A click tells ``document`` and ``start``.
    """
    tones = tones_of(look)
    names = short_names(groups[: len(SHAPES)], separator)
    frame = points.assign(group=points["group"].map(names))
    many = len(names)
    flat = {"type": "quantitative", "axis": None, "scale": {"domain": [-1.05, 1.05], "nice": False}}
    place = {"x": {"field": "x", **flat}, "y": {"field": "y", **flat}}
    told = tooltip(text="passage", codes="codes", speaker="speaker", name="document")
    rest = {
        "data": rows_of(frame[frame["group"].isna()]),
        "mark": {"type": "point", "size": 14, "filled": False, "cursor": "pointer"},
        "encoding": {
            **place,
            "stroke": lit(tones.faint, tones.ink),
            "strokeWidth": lit(0.8, 2.5),
            "tooltip": told,
        },
    }
    coloured = {
        "data": rows_of(frame[frame["group"].notna()]),
        "params": answering("document", "start"),
        "mark": {"type": "point", "filled": True, "size": 75, "opacity": 0.95, "stroke": tones.ink,
                 "cursor": "pointer"},
        "encoding": {
            **place,
            "color": {"field": "group", "type": "nominal", "title": by,
                      "scale": {"domain": list(names.values()), "range": list(tones.groups[:many])},
                      "legend": {"orient": "bottom", "columns": 2, "symbolSize": 90}},
            "shape": {"field": "group", "type": "nominal", "title": by,
                      "scale": {"domain": list(names.values()), "range": list(SHAPES[:many])}},
            "strokeWidth": lit(0.7, 2.5),
            "tooltip": told,
        },
    }  # fmt: skip
    return framed(title, subtitle, look, width=_SIDE, height=_SIDE, layer=[rest, coloured])
