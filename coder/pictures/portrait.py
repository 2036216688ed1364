"""One document from beginning to end, a line a code."""

from __future__ import annotations

import pandas as pd

from coder.model.choices import Look
from coder.pictures.drawing import Spec, answering, framed, lit, rows_of, tooltip
from coder.pictures.look import tones_of
from coder.pictures.naming import short_names

_WIDE, _STEP = 720, 24
_UNREAD = "not yet read"


def portrait(
    lines: pd.DataFrame,
    title: str,
    subtitle: str,
    look: Look = Look.LIGHT,
    *,
    words: int,
    read: int | None = None,
    separator: str = " / ",
) -> Spec:
    """Rows ``path``, ``coding``, ``first`` and ``last`` (words), ``speaker``, ``coder``, ``quotation``.

    Codes stand in the order in which they first come in ``lines``; ``words`` is the length of the document, ``read``
    the words that somebody has read, None for all. A click tells ``coding``.
    """
    tones = tones_of(look)
    paths = short_names(dict.fromkeys(lines["path"]), separator)
    frame = lines.assign(code=lines["path"].map(paths), last=lines["last"].clip(lower=lines["first"] + 1))
    along = {"type": "quantitative", "title": "words from the beginning",
             "scale": {"domain": [0, max(1, words)], "nice": False, "zero": True},
             "axis": {"grid": True, "gridOpacity": 0.5, "tickCount": 8}}  # fmt: skip
    bars = {
        "params": answering("coding"),
        "mark": {"type": "bar", "opacity": 0.75, "color": tones.accent, "cursor": "pointer", "height": {"band": 0.6},
                 "minBandSize": 3},
        "encoding": {
            "x": {"field": "first", **along},
            "x2": {"field": "last"},
            "y": {"field": "code", "type": "nominal", "title": None, "scale": {"domain": list(paths.values())},
                  "axis": {"grid": True, "gridOpacity": 0.6, "domain": False, "ticks": False, "labelPadding": 8}},
            "stroke": lit(tones.accent, tones.ink),
            "strokeWidth": lit(1.5, 2.5),
            "tooltip": tooltip(path="code", speaker="speaker", coder="coder", quotation="quotation"),
        },
    }  # fmt: skip
    layers: list[Spec] = [bars]
    if read is not None and read < words:
        unread = rows_of(pd.DataFrame([{"from": read, "to": words, "told": _UNREAD}]))
        edges = {"x": {"field": "from", "type": "quantitative"}, "x2": {"field": "to"}}
        layers = [
            {"data": unread, "mark": {"type": "rect", "color": tones.rule, "opacity": 0.45}, "encoding": edges},
            bars,
            {
                "data": unread,
                "mark": {"type": "text", "align": "left", "dx": 5, "y": 9, "fontSize": 11, "color": tones.faint},
                "encoding": {"x": edges["x"], "text": {"field": "told", "type": "nominal"}},
            },
        ]
    return framed(title, subtitle, look, data=rows_of(frame), width=_WIDE, height={"step": _STEP}, layer=layers)
