"""Codes in cases as shades, each with its number."""

from __future__ import annotations

from math import isnan

import numpy as np
import pandas as pd

from coder.model.choices import Look
from coder.pictures.drawing import Spec, answering, framed, lit, rows_of, tooltip
from coder.pictures.look import mixed, readable_on, tones_of
from coder.pictures.naming import short_names

_WIDE, _NARROWEST, _WIDEST = 620, 34, 72
_STEP = 24
_UNKNOWN = "–"


def heatmap(table: pd.DataFrame, title: str, subtitle: str, look: Look = Look.LIGHT, *, separator: str = " / ") -> Spec:
    """Rows (codes, told by their paths) by columns (cases); a missing number is shown as not known.

    A click tells ``path`` and ``column``.
    """
    tones = tones_of(look)
    values = table.astype("float64").to_numpy(na_value=np.nan) if table.size else np.zeros(table.shape)
    most = max(float(np.nanmax(values, initial=0)), 1e-9)
    paths, columns = short_names(map(str, table.index), separator), short_names(map(str, table.columns), longest=26)
    rows = []
    for path, line in zip(map(str, table.index), values.tolist(), strict=True):
        for column, value in zip(map(str, table.columns), line, strict=True):
            known = not isnan(value)
            colour = mixed(tones.low, tones.high, value / most) if known else tones.paper
            rows.append(
                {
                    "path": path,
                    "column": column,
                    "code": paths[path],
                    "in": columns[column],
                    "number": value if known else None,
                    "told": number(value) if known else _UNKNOWN,
                    "ink": tones.faint if value == 0 else readable_on(colour),
                    "means": number(value) if known else "not yet known: not read to the end",
                }
            )
    step = min(_WIDEST, max(_NARROWEST, _WIDE // max(1, len(columns))))
    shade = {"field": "number", "type": "quantitative", "legend": None}
    ramp = {"domain": [0, most], "range": [tones.low, tones.high], "interpolate": "rgb"}
    place = {
        "x": {"field": "in", "type": "nominal", "title": None, "scale": {"domain": list(columns.values())},
              "axis": {"orient": "top", "labelAngle": -40, "domain": False, "ticks": False, "labelPadding": 6}},
        "y": {"field": "code", "type": "nominal", "title": None, "scale": {"domain": list(paths.values())},
              "axis": {"domain": False, "ticks": False, "labelPadding": 8}},
    }  # fmt: skip
    cell = {
        "params": answering("path", "column"),
        "mark": {"type": "rect", "stroke": tones.rule, "strokeWidth": 0.5, "cursor": "pointer"},
        "encoding": {
            "color": {**shade, "scale": ramp},
            "stroke": lit(tones.rule, tones.ink),
            "strokeWidth": lit(0.5, 2.5),
            "tooltip": tooltip(path="code", column="in", means="number"),
        },
    }
    text = {
        "mark": {"type": "text", "fontSize": 11},
        "encoding": {
            "text": {"field": "told", "type": "nominal"},
            "color": {"field": "ink", "type": "nominal", "scale": None},
        },
    }
    return framed(
        title,
        subtitle,
        look,
        data=rows_of(pd.DataFrame(rows)),
        width={"step": step},
        height={"step": _STEP},
        encoding=place,
        layer=[cell, text],
        resolve={"scale": {"color": "independent"}},
    )


def number(value: float) -> str:
    """At most one decimal, thousands parted."""
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else f"{value:,.1f}"
