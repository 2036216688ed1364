"""Which codes go together: codes around a circle in the order of the codebook, a line between two that do.

The place on the circle says nothing, and cannot be mistaken for nearness; the width of a line is how much.
"""

from __future__ import annotations

from math import atan2, cos, degrees, pi, sin

import pandas as pd

from coder.model.choices import Look
from coder.pictures.drawing import Spec, answering, framed, lit, rows_of, tooltip
from coder.pictures.look import SHAPES, tones_of
from coder.pictures.naming import short_names

_LETTER, _ROOM, _SMALLEST = 6.0, 27, 150
_REST = "other branches"


def network(
    codes: pd.DataFrame,
    pairs: pd.DataFrame,
    title: str,
    subtitle: str,
    look: Look = Look.LIGHT,
    *,
    unit: str = "together",
    separator: str = " / ",
) -> Spec:
    """``codes`` has a row a code (``path``, ``branch``, ``count``), ``pairs`` one a line (``path``, ``with``,
    ``together``, ``Jaccard``, ``lift``), both of whose codes are in ``codes``.

    A click tells ``path`` and ``with``, on a code ``path`` alone.
    """
    tones = tones_of(look)
    names = short_names(codes["path"], separator, longest=24)
    around = {path: pi / 2 - 2 * pi * (place + 0.5) / max(1, len(codes)) for place, path in enumerate(codes["path"])}
    branches = list(dict.fromkeys(codes["branch"]))
    shown = branches if len(branches) <= len(SHAPES) else branches[: len(SHAPES) - 1]
    labels = short_names(shown)
    nodes = codes.assign(
        name=codes["path"].map(names),
        x=[cos(around[path]) for path in codes["path"]],
        y=[sin(around[path]) for path in codes["path"]],
        group=[labels.get(branch, _REST) for branch in codes["branch"]],
        turned=[_turned(around[path]) for path in codes["path"]],
        right=[cos(around[path]) >= -1e-9 for path in codes["path"]],
    )
    lines = pairs.assign(
        x=[cos(around[path]) for path in pairs["path"]],
        y=[sin(around[path]) for path in pairs["path"]],
        x2=[cos(around[path]) for path in pairs["with"]],
        y2=[sin(around[path]) for path in pairs["with"]],
    ).sort_values("together", kind="stable")
    radius = max(_SMALLEST, len(codes) * _ROOM / (2 * pi))
    half = radius + 16 + _LETTER * max(map(len, names.values()), default=0)
    domain = [-half / radius, half / radius]
    flat = {"type": "quantitative", "axis": None, "scale": {"domain": domain, "nice": False}}
    x, y = {"field": "x", **flat}, {"field": "y", **flat}
    strongest = max(float(pairs["together"].max()), 1.0) if len(pairs) else 1.0
    most = max(float(codes["count"].max()), 1.0) if len(codes) else 1.0
    groups = [*labels.values(), *([_REST] if len(branches) > len(shown) else [])]
    many, legend = len(groups), {"orient": "bottom", "columns": 2, "symbolSize": 90}
    edges: Spec = {
        "data": rows_of(lines),
        "params": answering("path", "with"),
        "mark": {"type": "rule", "cursor": "pointer", "strokeCap": "round", "color": tones.faint},
        "encoding": {
            "x": x, "y": y, "x2": {"field": "x2"}, "y2": {"field": "y2"},
            "strokeWidth": {"field": "together", "type": "quantitative",
                            "scale": {"domain": [0, strongest], "range": [0.4, 8]},
                            "legend": {"title": unit, "orient": "bottom", "values": _steps(strongest),
                                       "symbolType": "stroke", "symbolSize": 500, "format": ",d"}},
            "color": lit(tones.faint, tones.ink),
            "opacity": lit(0.55, 1),
            "tooltip": [*tooltip(path="code", together=unit, Jaccard="Jaccard", lift="lift")],
        },
    }  # fmt: skip
    edges["encoding"]["tooltip"].insert(1, {"field": "with", "title": "with"})
    dots = {
        "data": rows_of(nodes),
        "mark": {"type": "point", "filled": True, "opacity": 1, "stroke": tones.ink, "cursor": "pointer"},
        "encoding": {
            "x": x, "y": y,
            "size": {"field": "count", "type": "quantitative", "legend": None,
                     "scale": {"domain": [0, most], "range": [40, 380]}},
            "color": {"field": "group", "type": "nominal", "title": "branch",
                      "scale": {"domain": groups, "range": [*tones.groups[:many]]},
                      "legend": legend},
            "shape": {"field": "group", "type": "nominal", "title": "branch",
                      "scale": {"domain": groups, "range": list(SHAPES[:many])}, "legend": legend},
            "strokeWidth": lit(0.8, 2.5),
            "tooltip": tooltip(path="code", count="codings", group="branch"),
        },
    }  # fmt: skip
    return framed(
        title, subtitle, look, width=2 * half, height=2 * half,
        layer=[edges, dots, *(_letters(nodes[nodes["right"] == right], x, y, right) for right in (True, False))],
        resolve={"scale": {"strokeWidth": "independent"}},
    )  # fmt: skip


def _letters(nodes: pd.DataFrame, x: Spec, y: Spec, right: bool) -> Spec:
    return {
        "data": rows_of(nodes),
        "mark": {"type": "text", "align": "left" if right else "right", "baseline": "middle",
                 "dx": 15 if right else -15, "fontSize": 12},
        "encoding": {
            "x": x, "y": y,
            "text": {"field": "name", "type": "nominal"},
            "angle": {"field": "turned", "type": "quantitative", "scale": None},
        },
    }  # fmt: skip


def _steps(most: float) -> list[int]:
    """A few widths to compare with."""
    return sorted({1, round(most / 2) or 1, int(most)})


def _turned(angle: float) -> float:
    """Degrees, clockwise, by which letters lie that point away from the middle and are never upside down."""
    turned = -degrees(atan2(sin(angle), cos(angle)))
    if turned > 90:
        return turned - 180
    return turned + 180 if turned < -90 else turned
