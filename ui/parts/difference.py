"""How a wording became another, shown word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from ui.parts.words import plain


def worded(old: str, new: str) -> str:
    """Markdown of a text with what went struck through and what came in bold; the signs stay without colour, too."""
    before, after = (re.findall(r"\S+", text) for text in (old, new))
    pieces = []
    for what, start, end, begin, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = plain(" ".join(before[start:end])), plain(" ".join(after[begin:stop]))
        if what == "equal":
            pieces.append(come)
        else:
            pieces += [f":red[~~{gone}~~]"] * bool(gone) + [f":green[**{come}**]"] * bool(come)
    return " ".join(pieces)
