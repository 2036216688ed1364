"""Two groups against each other: bars to both sides of no difference, each with its interval."""

from __future__ import annotations

import pandas as pd

from coder.model.choices import Look
from coder.pictures.drawing import Spec, answering, framed, lit, rows_of, tooltip
from coder.pictures.look import tones_of
from coder.pictures.naming import short_names

_WIDE, _STEP = 560, 24


def diverging(
    table: pd.DataFrame,
    title: str,
    subtitle: str,
    look: Look = Look.LIGHT,
    *,
    first: str,
    second: str,
    separator: str = " / ",
) -> Spec:
    """Rows ``path``, ``difference`` (first minus second), ``low``, ``high``, ``of first`` and ``of second``, top first.

    A bar is filled where its interval keeps from zero, and hollow where it does not. A click tells ``path``.
    """
    tones = tones_of(look)
    paths = short_names(table["path"], separator)
    names = short_names(["first " + first, "second " + second], longest=38)
    left, right = (name.split(" ", 1)[1] for name in names.values())
    colours = [tones.first if value >= 0 else tones.second for value in table["difference"]]
    surely = (table["low"] > 0) | (table["high"] < 0)
    rows = table.assign(
        code=table["path"].map(paths),
        zero=0,
        edge=colours,
        fill=[colour if sure else tones.paper for colour, sure in zip(colours, surely, strict=True)],
    ).rename(columns={"of first": "here", "of second": "there"})
    far = max(float(table[["low", "high", "difference"]].abs().max().max() if len(table) else 0), 1.0) * 1.05
    across = {"type": "quantitative", "title": [f"← more in {right}", f"more in {left} →"],
              "scale": {"domain": [-far, far], "nice": False},
              "axis": {"grid": True, "gridOpacity": 0.5, "orient": "top", "domain": False, "ticks": False}}  # fmt: skip
    place = {"field": "code", "type": "nominal", "title": None, "scale": {"domain": list(paths.values())},
             "axis": {"domain": False, "ticks": False, "labelPadding": 8}}  # fmt: skip
    told = tooltip(path="code", difference="difference", low="from", high="to")
    told += [{"field": "here", "title": f"% of {left}"}, {"field": "there", "title": f"% of {right}"}]
    bars: Spec = {
        "params": answering("path"),
        "mark": {"type": "bar", "height": {"band": 0.62}, "cursor": "pointer"},
        "encoding": {
            "x": {"field": "zero", **across},
            "x2": {"field": "difference"},
            "fill": {"field": "fill", "type": "nominal", "scale": None},
            "stroke": {"field": "edge", "type": "nominal", "scale": None},
            "strokeWidth": lit(1.5, 3.5),
            "tooltip": told,
        },
    }
    reach: Spec = {
        "mark": {"type": "rule", "color": tones.ink, "strokeWidth": 1.5},
        "encoding": {"x": {"field": "low", **across}, "x2": {"field": "high"}, "tooltip": told},
    }
    # A line of paper beneath it keeps the interval apart from its bar.
    halo = {**reach, "mark": {"type": "rule", "color": tones.paper, "strokeWidth": 4}}
    ends: list[Spec] = [
        {
            "mark": {"type": "tick", "color": tones.ink, "thickness": 1.5, "size": 9},
            "encoding": {"x": {"field": end, **across}},
        }
        for end in ("low", "high")
    ]
    zero = {
        "data": rows_of(pd.DataFrame([{"zero": 0}])),
        "mark": {"type": "rule", "color": tones.ink, "strokeWidth": 1},
        "encoding": {"x": {"field": "zero", **across}, "y": {"value": 0}, "y2": {"value": "height"}},
    }
    by_code = [{**layer, "encoding": {"y": place, **layer["encoding"]}} for layer in (bars, halo, reach, *ends)]
    return framed(
        title, subtitle, look, data=rows_of(rows), width=_WIDE, height={"step": _STEP}, layer=[*by_code, zero]
    )
