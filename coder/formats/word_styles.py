"""What python-docx has no name for, and Word documents of ours share."""

from __future__ import annotations

from typing import Any

_LETTERS, _INK = "Arial", "1B1B1F"


def lettered(style: Any) -> None:
    """Letters that every system has, where the template names those of a theme."""
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    style.font.name, style.font.color.rgb = _LETTERS, RGBColor.from_string(_INK)
    fonts = style.element.rPr.rFonts
    for name in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[name]
    fonts.set(qn("w:cs"), _LETTERS)


def mark(row: Any, name: str) -> None:
    """Let a row head every page (``w:tblHeader``), or stay on one (``w:cantSplit``)."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(name))
