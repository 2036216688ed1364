"""A coded transcript as one HTML page: no script, nothing fetched, readable on paper and without colour."""

from __future__ import annotations

from html import escape

from coder.formats.coded_transcript import LANES, CodedTranscript, Line, Mark, Piece, definition, shown
from coder.model import TurnKind
from coder.model.codebook import SEPARATOR

_STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 2rem auto; max-width: 68rem; padding: 0 1.5rem; color: #1b1b1f; background: #fff;
  font: 1rem/1.6 Georgia, "Noto Serif", "Noto Color Emoji", serif; }
h1, h2, .about, .how, aside, table, .remark, .header, .footer, sup { font-family: system-ui, "Noto Sans", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .3rem; }
h2 { font-size: 1.1rem; margin: 2.5rem 0 .6rem; }
.about, .how { margin: .2rem 0; font-size: .9rem; color: #44474e; }
.how { margin-bottom: 2rem; padding-bottom: 1rem; border-bottom: 1px solid #c4c6d0; }
.row { display: grid; grid-template-columns: minmax(0, 1fr) 19rem; column-gap: 2.2rem; align-items: start; }
.row > p { margin: 0 0 .7rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.row > p.heading { font-weight: bold; margin-top: 1rem; }
.row > p.who { margin: .5rem 0 .1rem; }
.row > p.remark, .row > p.header, .row > p.footer, .row > p.summary { color: #5f6368; font-size: .9rem; margin: 0; }
.label { color: #44474e; font-weight: bold; }
.c { border-bottom: 2px solid; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
.l1 { border-bottom-style: dashed; padding-bottom: 4px; }
.l2 { border-bottom-style: dotted; padding-bottom: 8px; }
.l3 { border-bottom-style: double; border-bottom-width: 3px; padding-bottom: 12px; }
.l4 { border-bottom-style: dashed; padding-bottom: 17px; }
.l5 { border-bottom-style: dotted; padding-bottom: 21px; }
sup { font-size: .68em; line-height: 0; white-space: nowrap; }
sup a { color: #44474e; text-decoration: none; padding: 0 1px; }
aside { font-size: .8rem; line-height: 1.35; margin-bottom: .6rem; }
.note { margin: .15rem 0 .4rem; padding-left: .6rem; border-left: 3px solid; overflow-wrap: anywhere; }
.note b { font-weight: 600; }
.note .above, .note .by { color: #5f6368; }
.note .by { display: block; }
.note a { color: inherit; font-weight: 600; text-decoration: none; }
.note .memo { display: block; white-space: pre-wrap; font-style: italic; margin-top: .15rem; }
.note:target, sup a:target { background: #fff3c4; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid #e1e2ec; }
td.number, th:nth-child(2) { text-align: right; }
.swatch { display: inline-block; width: .8rem; height: .8rem; margin-right: .5rem; border: 2px solid; }
@media (max-width: 52rem) { .row { grid-template-columns: minmax(0, 1fr); } aside { padding-left: 1.5rem; } }
@media print {
  @page { margin: 16mm 14mm; }
  html { font-size: 10pt; }
  body { margin: 0; max-width: none; padding: 0; }
  .row { grid-template-columns: minmax(0, 1fr) 52mm; column-gap: 6mm; }
  .row > p { orphans: 3; widows: 3; } .note, tr { break-inside: avoid; } h2 { break-after: avoid; }
  a { color: inherit; }
}
""".strip()

_CLASSES = {
    TurnKind.HEADING: "heading",
    TurnKind.REMARK: "remark",
    TurnKind.HEADER: "header",
    TurnKind.FOOTER: "footer",
    TurnKind.SUMMARY: "summary",
}


def write(transcript: CodedTranscript) -> bytes:
    """The transcript as a page of its own, UTF-8. Every word of people is escaped."""
    document = transcript.document
    name = _text(document.name)
    rows = "\n".join(_row(*each) for each in transcript.lines())
    page = f"""<!DOCTYPE html>
<html lang="{_text(document.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Redthread">
<title>{name}</title>
<style>
{_STYLE}
</style>
</head>
<body>
<header>
<h1 dir="auto">{name}</h1>
<p class="about" dir="auto">{_text(transcript.facts)}</p>
{_notes(transcript)}<p class="how">{_how(transcript)}</p>
</header>
<main>
{rows}
</main>
{_legend(transcript)}</body>
</html>
"""
    return page.encode()


def _text(text: str) -> str:
    return escape(shown(text))


def _how(transcript: CodedTranscript) -> str:
    if not transcript.marks:
        return "Nothing is coded here yet."
    return (
        "Every coding has a number: <b>[1</b> stands where coding 1 begins, <b>1]</b> where it ends, and what it is "
        "stands beside. Codings that overlap have lines of different kinds under the words."
    )


def _notes(transcript: CodedTranscript) -> str:
    return "".join(
        f'<p class="about" dir="auto">Memo ({_text(coder)}): {_text(words)}</p>\n' for words, coder in transcript.notes
    )


def _row(line: Line, pieces: tuple[Piece, ...], begun: tuple[Mark, ...]) -> str:
    name = "who" if all(piece.label for piece in pieces) else _CLASSES.get(line.kind or TurnKind.SPEECH, "")
    kind = f' class="{name}"' if name else ""
    # Room for the lines under the words, in this paragraph alone.
    lowest = max((mark.lane % LANES for piece in pieces for mark in piece.marks), default=0)
    height = f' style="line-height:calc(1.6em + {5 * lowest}px)"' if lowest else ""
    words = "".join(map(_piece, pieces))
    beside = f"<aside>{''.join(map(_note, begun))}</aside>" if begun else ""
    return f'<div class="row"><p{kind} dir="auto"{height}>{words}</p>{beside}</div>'


def _piece(piece: Piece) -> str:
    words = _text(piece.text)
    if piece.label:
        words = f'<span class="label">{words}</span>'
    for mark in piece.marks:
        lane = mark.lane % LANES
        words = f'<span class="c l{lane}" style="border-color:{mark.colour}">{words}</span>'
    opening = "".join(
        f'<sup><a id="m{mark.number}" href="#n{mark.number}">[{mark.number}</a></sup>' for mark in piece.opening
    )
    closing = "".join(f'<sup><a href="#n{mark.number}">{mark.number}]</a></sup>' for mark in piece.closing)
    return opening + words + closing


def _note(mark: Mark) -> str:
    above, _, own = mark.title.rpartition(SEPARATOR)
    path = f'<span class="above">{_text(above + SEPARATOR)}</span>' if above else ""
    memos = "".join(f'<span class="memo" dir="auto">{_text(note)}</span>' for note in mark.notes)
    return (
        f'<p class="note" id="n{mark.number}" dir="auto" style="border-color:{mark.colour}">'
        f'<a href="#m{mark.number}">{mark.number}</a> {path}<b>{_text(own)}</b> '
        f'<span class="by">{_text(mark.coder)}</span>{memos}</p>'
    )


def _legend(transcript: CodedTranscript) -> str:
    if not transcript.used:
        return ""
    rows = "\n".join(
        f'<tr><td dir="auto"><span class="swatch" style="border-color:{code.colour};background:{code.colour}"></span>'
        f'{_text(path)}</td><td class="number">{count:,}</td><td dir="auto">{_text(definition(code))}</td></tr>'
        for path, code, count in transcript.used
    )
    return (
        "<section>\n<h2>Codes</h2>\n<table>\n<thead><tr><th>Code</th><th>Codings</th><th>Meaning</th></tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody>\n</table>\n</section>\n"
    )
