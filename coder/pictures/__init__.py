"""Pictures: DataFrames in, Vega-Lite specifications out, and these as SVG and PNG without a browser or a network.

A specification holds names and texts of researchers as data alone: no function here makes a Vega expression, so nothing
that somebody wrote is ever computed.
"""

from coder.pictures.diverging import diverging
from coder.pictures.drawing import CHOSEN, PIXELS, Spec, png, svg
from coder.pictures.heatmap import heatmap
from coder.pictures.look import SHAPES
from coder.pictures.meaning import meaning_map
from coder.pictures.naming import short_names
from coder.pictures.network import network
from coder.pictures.portrait import portrait
from coder.pictures.projecting import projected
from coder.pictures.timeline import timeline

__all__ = [
    "CHOSEN",
    "PIXELS",
    "SHAPES",
    "Spec",
    "diverging",
    "heatmap",
    "meaning_map",
    "network",
    "png",
    "portrait",
    "projected",
    "short_names",
    "svg",
    "timeline",
]
