"""Codes over dates as circles: the larger, the more."""

from __future__ import annotations

import pandas as pd

from coder.model.choices import Look
from coder.pictures.drawing import Spec, answering, framed, lit, rows_of, tooltip
from coder.pictures.heatmap import number
from coder.pictures.look import tones_of
from coder.pictures.naming import short_names

_WIDE, _NARROWEST, _WIDEST = 660, 30, 84
_STEP, _LARGEST = 30, 560
_INSIDE = 0.28
"""Share of the largest value from which its number has room inside the circle."""


def timeline(
    table: pd.DataFrame, title: str, subtitle: str, look: Look = Look.LIGHT, *, separator: str = " / "
) -> Spec:
    """Rows (codes, told by their paths) by columns (dates in order); nothing stands where the number is 0.

    A click tells ``path`` and ``column``.
    """
    tones = tones_of(look)
    paths, columns = short_names(map(str, table.index), separator), list(map(str, table.columns))
    most = max(float(table.max().max()), 1e-9) if table.size else 1.0
    rows = [
        {
            "path": str(path),
            "column": str(column),
            "code": paths[str(path)],
            "number": float(value),
            "told": number(float(value)) if value >= most * _INSIDE else "",
        }
        for path, line in zip(table.index, table.to_numpy().tolist(), strict=True)
        for column, value in zip(table.columns, line, strict=True)
        if value
    ]
    place = {
        "x": {"field": "column", "type": "nominal", "title": None, "scale": {"domain": columns},
              "axis": {"labelAngle": -40, "grid": True, "domain": False, "ticks": False, "labelPadding": 6,
                       "gridOpacity": 0.6}},
        "y": {"field": "code", "type": "nominal", "title": None, "scale": {"domain": list(paths.values())},
              "axis": {"grid": True, "domain": False, "ticks": False, "labelPadding": 8, "gridOpacity": 0.6}},
    }  # fmt: skip
    circle = {
        "params": answering("path", "column"),
        "mark": {"type": "circle", "opacity": 1, "color": tones.accent, "cursor": "pointer"},
        "encoding": {
            "size": {"field": "number", "type": "quantitative", "legend": None,
                     "scale": {"type": "linear", "domain": [0, most], "range": [12, _LARGEST]}},
            "stroke": lit(tones.paper, tones.ink),
            "strokeWidth": lit(0.5, 2.5),
            "tooltip": tooltip(path="code", column="date", number="number"),
        },
    }  # fmt: skip
    text = {
        "mark": {"type": "text", "fontSize": 10, "color": tones.paper},
        "encoding": {"text": {"field": "told", "type": "nominal"}},
    }
    return framed(
        title,
        subtitle,
        look,
        data=rows_of(pd.DataFrame(rows, columns=["path", "column", "code", "number", "told"])),
        width={"step": min(_WIDEST, max(_NARROWEST, _WIDE // max(1, len(columns))))},
        height={"step": _STEP},
        encoding=place,
        layer=[circle, text],
    )
