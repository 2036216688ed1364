"""A report as one HTML page: no script, nothing fetched, good on paper."""

from __future__ import annotations

from base64 import b64encode
from functools import singledispatch
from html import escape

from coder.formats.coded_transcript import shown
from coder.model.report import (
    Block,
    Cell,
    Facts,
    Heading,
    Line,
    Paragraph,
    Picture,
    Quotation,
    Report,
    Row,
    Section,
    Table,
    Voice,
)

_PORTRAIT = 17.0
"""Centimetres of an upright page; what is wider is printed on one that lies."""

_STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 2rem auto; max-width: 74rem; padding: 0 1.5rem; color: #1b1b1f; background: #fff;
  overflow-wrap: break-word; font: 1rem/1.55 Georgia, "Noto Serif", "Noto Color Emoji", serif; }
h1, h2, h3, nav, .subtitle, table, cite, .note, dl { font-family: system-ui, "Noto Sans", sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.35rem; margin: 3rem 0 .8rem; padding-top: .6rem; border-top: 2px solid #1b1b1f; }
h3 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
p { max-width: 46rem; margin: .5rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.subtitle { color: #44474e; }
nav ol { margin: 1rem 0; padding-left: 1.4rem; }
nav a { color: inherit; }
.table { overflow-x: auto; margin: 1rem 0 .4rem; }
table { border-collapse: collapse; font-size: .86rem; line-height: 1.35; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
caption span { display: block; } caption .note { font-weight: normal; max-width: 46rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid #e1e2ec; }
thead th { border-bottom: 2px solid #44474e; vertical-align: bottom; }
tbody th { font-weight: normal; min-width: 9rem; max-width: 20rem; overflow-wrap: anywhere; }
tbody th[scope=rowgroup] { font-weight: 600; padding-top: .8rem; max-width: none; }
td.number, thead th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead th.number { white-space: normal; }
td.prose { max-width: 26rem; overflow-wrap: anywhere; } th.prose { min-width: calc(1.1 * var(--width)); }
td span, th span { display: block; white-space: pre-wrap; }
.quiet { color: #5f6368; font-style: italic; }
.quoted { margin-top: .3rem; padding-left: .5rem; border-left: 2px solid #c4c6d0; }
.note { font-size: .86rem; color: #44474e; margin: .2rem 0; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1.2rem; font-size: .92rem; }
dt { color: #44474e; } dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
blockquote { margin: .9rem 0; padding-left: 1rem; border-left: 3px solid #b3261e; max-width: 46rem; }
blockquote p { margin: 0; } cite { font-size: .84rem; font-style: normal; color: #5f6368; }
figure { margin: 1.5rem 0; } figure img { max-width: 100%; height: auto; }
@media print {
  @page { size: A4; margin: 18mm 18mm 16mm; }
  @page lying { size: A4 landscape; margin: 16mm 18mm; }
  html { font-size: 9.5pt; }
  body { margin: 0; max-width: none; padding: 0; }
  .lying { page: lying; break-before: page; } .table { overflow: visible; }
  h2, h3, caption { break-after: avoid; } tr, blockquote, figure { break-inside: avoid; }
  p { orphans: 3; widows: 3; } a { color: inherit; text-decoration: none; }
  tbody th, th.prose { min-width: 0; }
}
""".strip()


def write(report: Report) -> bytes:
    """The report as a page of its own, UTF-8. Every word of people is escaped; pictures lie in the page."""
    contents = "\n".join(
        f'<li><a href="#s{number}">{_text(section.title)}</a></li>' for number, section in enumerate(report.sections, 1)
    )
    sections = "\n".join(_section(section, number) for number, section in enumerate(report.sections, 1))
    page = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Redthread">
<title>{_text(report.title)}</title>
<style>
{_STYLE}
</style>
</head>
<body>
<header>
<h1 dir="auto">{_text(report.title)}</h1>
<p class="subtitle" dir="auto">{_text(report.subtitle)}</p>
</header>
<nav aria-label="Contents"><ol>
{contents}
</ol></nav>
<main>
{sections}
</main>
</body>
</html>
"""
    return page.encode()


def _section(section: Section, number: int) -> str:
    lying = ' class="lying"' if section.width > _PORTRAIT else ""
    blocks = "\n".join(map(_block, section.blocks))
    return f'<section id="s{number}"{lying}>\n<h2 dir="auto">{_text(section.title)}</h2>\n{blocks}\n</section>'


@singledispatch
def _block(block: Block) -> str:
    raise TypeError(f"no block of a report: {block!r}")


@_block.register
def _(block: Heading) -> str:
    note = f'<p class="note" dir="auto">{_text(block.note)}</p>' if block.note else ""
    return f'<h3 dir="auto">{_text(block.text)}</h3>{note}'


@_block.register
def _(block: Paragraph) -> str:
    return f'<p dir="auto">{_text(block.text)}</p>'


@_block.register
def _(block: Facts) -> str:
    pairs = "\n".join(f'<dt>{_text(name)}</dt><dd dir="auto">{_text(fact)}</dd>' for name, fact in block.pairs)
    return f"<dl>\n{pairs}\n</dl>"


@_block.register
def _(block: Quotation) -> str:
    return (
        f'<blockquote><p dir="auto">{_text(block.text)}</p><cite dir="auto">{_text(block.source)}</cite></blockquote>'
    )


@_block.register
def _(block: Picture) -> str:
    # As an image, so that nothing in it can be run.
    source = b64encode(block.svg).decode()
    told = _text(f"{block.title}. {block.note}")
    return f'<figure><img alt="{told}" src="data:image/svg+xml;base64,{source}"></figure>'


@_block.register
def _(block: Table) -> str:
    told = "".join(
        f'<span{kind} dir="auto">{_text(words)}</span>'
        for words, kind in ((block.caption, ""), (block.note, ' class="note"'))
        if words
    )
    caption = f"<caption>{told}</caption>" if told else ""
    head = "".join(
        f'<th scope="col"{_kind(block, place)} style="--width:{width:.1f}cm" dir="auto">{_text(name)}</th>'
        for place, (name, width) in enumerate(zip(block.columns, block.widths(), strict=True))
    )
    rows = "\n".join(_row(block, row) for row in block.rows)
    made = f"<table>{caption}\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"
    return f'<div class="table">{made}</div>'


def _row(table: Table, row: Row) -> str:
    if row.heading:
        return (
            f'<tr><th scope="rowgroup" colspan="{len(table.columns)}" style="padding-left:{row.depth}em">'
            f"{_lines(row.cells[0])}</th></tr>"
        )
    first = f'<th scope="row" style="padding-left:{row.depth}em">{_lines(row.cells[0])}</th>'
    others = "".join(f"<td{_kind(table, place)}>{_lines(each)}</td>" for place, each in enumerate(row.cells[1:], 1))
    return f"<tr>{first}{others}</tr>"


def _kind(table: Table, place: int) -> str:
    return "" if place == 0 else ' class="prose"' if place in table.prose else ' class="number"'


def _lines(cell: Cell) -> str:
    return "".join(map(_line, cell))


def _line(line: Line) -> str:
    voice = "" if line.voice is Voice.PLAIN else f' class="{line.voice}"'
    return f'<span{voice} dir="auto">{_text(line.text)}</span>'


def _text(text: str) -> str:
    return escape(shown(text))
