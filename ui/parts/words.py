"""Researchers' words on the screen: shown as they are, never read as markup."""

from __future__ import annotations

import re
from datetime import datetime

# What Streamlit turns into a link, an icon or a sign even where it is escaped: addresses, :names:, arrows and the like.
_TURNED = re.compile(r"https?(?=://)|www(?=\.)|(?<=[\w.+-])(?=@)|:(?=[\w+/-]+:)|[-<>~](?=[-=>])", re.IGNORECASE)
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$~:&^=])")


def plain(text: str) -> str:
    """Text for a place where Streamlit reads Markdown, so that it shows as it is written."""
    # An invisible word joiner keeps apart what no escape does.
    apart = _TURNED.sub("\\g<0>\u2060", text)
    return _MARKUP.sub(r"\\\1", apart).replace("\n", " ")


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: 1 document, 2,000 documents."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def shortened(text: str, length: int = 120) -> str:
    """The beginning of a text in one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def local_time(stamp: str) -> str:
    """A moment of the journal on the clock of this computer, to the minute."""
    return datetime.fromisoformat(stamp).astimezone().strftime("%Y-%m-%d %H:%M")


def swatch(colour: str) -> str:
    """A picture of a colour, as an address that an image column can show."""
    return (
        "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' width='24' height='24'>"
        f"<rect x='4' y='4' width='16' height='16' rx='4' fill='%23{colour.lstrip('#')}'/></svg>"
    )
