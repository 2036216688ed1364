"""Layers of spans, as INCEpTION, WebAnno and UIMA have them: which are codes, and where these stand in a tree."""

from __future__ import annotations

from collections.abc import Mapping

from coder.formats.gathering import Gathering, Key

_DKPRO = "de.tudarmstadt.ukp.dkpro.core.api."
_LINGUISTIC = (
    *(f"{_DKPRO}{part}" for part in ("segmentation", "lexmorph", "syntax", "metadata", "structure")),
    "uima.tcas.DocumentAnnotation",
    "org.dkpro.core.api.xml",
)

LINGUISTIC, NOT_CODED = "words, sentences and parts of speech", "nobody codes with them"
"""What is left out of such files, and why."""


def is_linguistic(layer: str) -> bool:
    """Whether a layer holds words, sentences, parts of speech and the like, which nobody codes with."""
    return layer.startswith(_LINGUISTIC)


def codes_of(found: Gathering, layer: str, values: Mapping[str, str]) -> list[Key]:
    """The codes of one span: each value stands below its layer; without a value the layer itself is the code."""
    name = layer.rpartition(".")[2]
    if not values:
        found.code(layer, name)
        return [layer]
    found.code(layer, name, codable=False)
    for value in values.values():
        found.code((layer, value), value, parent=layer)
    return [(layer, value) for value in dict.fromkeys(values.values())]
