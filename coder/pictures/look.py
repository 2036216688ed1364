"""Colours that hold on a screen, on paper, in grey, and for people who see colours otherwise."""

from __future__ import annotations

from typing import NamedTuple

from coder.model.choices import Look

OKABE_ITO = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442")
"""Okabe & Ito (2008), "Color Universal Design": the palette without its black, in an order that tells the first apart
best. Each mark has an outline of ink, for some of these colours are pale on white."""

SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right")
"""As many as there are colours: a colour never stands alone."""

_GREYS = ("#333333", "#f2f2f2", "#8c8c8c", "#bfbfbf", "#595959", "#d9d9d9", "#a6a6a6")


class Tones(NamedTuple):
    """The colours of one look. ``low`` to ``high`` is the ramp of a heatmap, ``first`` and ``second`` two sides."""

    paper: str
    ink: str
    faint: str
    rule: str
    low: str
    high: str
    accent: str
    first: str
    second: str
    groups: tuple[str, ...]


_TONES = {
    Look.LIGHT: Tones(
        "#ffffff", "#1f2328", "#57606a", "#d0d7de", "#f3f7fb", "#08306b", "#0072b2", "#d55e00", "#0072b2",
        OKABE_ITO,
    ),
    Look.DARK: Tones(
        "#171614", "#f0f3f6", "#a9b4c0", "#3d444d", "#172231", "#a5d6ff", "#56b4e9", "#e69f00", "#56b4e9",
        OKABE_ITO,
    ),
    Look.GREY: Tones(
        "#ffffff", "#000000", "#4d4d4d", "#cccccc", "#fafafa", "#262626", "#595959", "#404040", "#8c8c8c",
        _GREYS,
    ),
}  # fmt: skip


def tones_of(look: Look) -> Tones:
    """The colours of a look."""
    return _TONES[look]


def mixed(low: str, high: str, share: float) -> str:
    """The colour that lies this share of the way from one to another."""
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(_rgb(low), _rgb(high), strict=True))


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white): WCAG 2.2, "contrast ratio"."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable_on(colour: str) -> str:
    """Black or white, whichever reads better on this colour: always with a contrast of at least 4.5."""
    return max(("#000000", "#ffffff"), key=lambda each: contrast(each, colour))


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    parts = (value / 255 for value in _rgb(colour))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
