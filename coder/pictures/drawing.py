"""The frame that every picture has, and pictures as files. The one importer of vl-convert."""

from __future__ import annotations

import json
import re
from typing import Any

import pandas as pd
import vl_convert

from coder.model.choices import Look
from coder.pictures.look import tones_of

Spec = dict[str, Any]
"""A Vega-Lite specification."""

PIXELS = 2.0
"""Pixels of a PNG for each unit of a specification, unless told: sharp in print at half a page's width."""

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"

CHOSEN, OVER = "chosen", "over"
"""What was clicked, and what the pointer is on."""


def answering(*fields: str) -> list[Spec]:
    """Marks that answer to the pointer and to a click, told by these fields of their rows.

    Stated in one layer, it holds for all that have a tooltip; a field that a layer lacks is empty.
    """
    told = {"type": "point", "fields": list(fields)}
    return [
        {"name": CHOSEN, "select": {**told, "on": "click", "toggle": False}},
        {"name": OVER, "select": {**told, "on": "pointerover", "clear": "pointerout"}},
    ]


def lit(by_default: Any, when_on: Any) -> Spec:
    """A value that changes where the pointer is, and where a click was."""
    return {
        "condition": [{"param": name, "empty": False, "value": when_on} for name in (CHOSEN, OVER)],
        "value": by_default,
    }


def framed(title: str, subtitle: str, look: Look, **content: Any) -> Spec:
    """A whole specification: title, colours and letters of this look around the content."""
    tones = tones_of(look)
    around = {"labelFont": FONT, "titleFont": FONT, "labelColor": tones.ink, "titleColor": tones.faint,
              "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}  # fmt: skip
    return {
        "$schema": _SCHEMA,
        "description": f"{title}. {subtitle}",
        "title": {"text": title, "subtitle": wrapped(subtitle), "anchor": "start", "frame": "bounds", "offset": 14},
        "autosize": {"type": "pad", "contains": "padding"},
        "background": tones.paper,
        "padding": {"left": 12, "right": 12, "top": 12, "bottom": 12},
        **content,
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "title": {"font": FONT, "subtitleFont": FONT, "color": tones.ink, "subtitleColor": tones.faint,
                      "fontSize": 15, "subtitleFontSize": 12, "subtitlePadding": 5},
            "axis": {**around, "domainColor": tones.rule, "tickColor": tones.rule, "gridColor": tones.rule,
                     "labelLimit": 400},
            "legend": {**around, "labelLimit": 320, "symbolStrokeColor": tones.ink},
            "text": {"color": tones.ink, "font": FONT},
        },
    }  # fmt: skip


def rows_of(frame: pd.DataFrame) -> Spec:
    """The rows as data: what is missing is null, numbers are plain numbers."""
    return {"values": json.loads(frame.to_json(orient="records", date_format="iso", force_ascii=False))}


def tooltip(**titles: str) -> list[Spec]:
    """Fields with the words before them."""
    return [{"field": field, "title": title} for field, title in titles.items()]


def wrapped(text: str, width: int = 96) -> list[str]:
    """Lines of at most this many letters, broken between words."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def svg(spec: Spec) -> str:
    """The picture as SVG, drawn here: nothing is fetched from anywhere."""
    return vl_convert.vegalite_to_svg(_drawable(spec), vl_version="6.1", allowed_base_urls=[])


def png(spec: Spec, scale: float = PIXELS) -> bytes:
    """The picture as PNG, with ``scale`` pixels for each unit of the specification."""
    return vl_convert.vegalite_to_png(_drawable(spec), vl_version="6.1", scale=scale, allowed_base_urls=[])


def _drawable(value: Any) -> Any:
    """The same without characters that no SVG holds: meeting one, vl-convert ends the whole process."""
    if isinstance(value, dict):
        return {_drawable(key): _drawable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_drawable(each) for each in value]
    return _NOT_IN_XML.sub("\ufffd", value) if isinstance(value, str) else value
