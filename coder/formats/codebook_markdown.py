"""A codebook as Markdown, to read or print; nothing that people wrote becomes markup."""

from __future__ import annotations

from collections.abc import Iterator

from coder.formats.codebook_printed import facts, kind, lists, paragraphs
from coder.formats.coded_markdown import one_line
from coder.model import Code, Codebook


def write(codebook: Codebook) -> bytes:
    """A title with its facts, every code with all that it says of itself, and the sources. UTF-8."""
    parts = [f"# {one_line(codebook.title)}"]
    parts.append("\n".join(f"- {name}: {one_line(fact)}" for name, fact in facts(codebook)))
    parts += _text(codebook.description)
    for depth, code in codebook.walk():
        parts += _code(code, depth)
    if codebook.sources:
        parts.append("## Sources")
        parts.append(
            "\n".join(f"- **{one_line(source.key)}**: {one_line(source.reference)}" for source in codebook.sources)
        )
    return ("\n\n".join(parts) + "\n").encode()


def _code(code: Code, depth: int) -> Iterator[str]:
    yield f"{'#' * min(6, depth + 2)} {one_line(code.name)}"
    if said := kind(code):
        yield f"*{one_line(said)}*"
    if code.brief.strip():
        yield f"**{one_line(code.brief)}**"
    for name, text in paragraphs(code):
        first, *rest = _text(text)
        yield f"*{name}.* {first}"
        yield from rest
    for name, items in lists(code):
        yield f"*{name}*"
        yield "\n".join(f"- {one_line(item)}" for item in items)
    if code.sources:
        yield f"*Sources.* {one_line(', '.join(code.sources))}"


def _text(text: str) -> list[str]:
    return [one_line(line) for line in text.splitlines() if line.strip()]
