"""A document's text cut into passages, the units offered for coding."""

from coder.segmenting.passages import SEGMENTER, passages

__all__ = ["SEGMENTER", "passages"]
