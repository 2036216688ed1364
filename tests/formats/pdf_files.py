"""PDFs made for tests, by hand: lines of Courier at places on pages. All of it is invented."""

from dataclasses import dataclass
from textwrap import wrap

WIDTH, HEIGHT = 595, 842
LEFT, TOP, BOTTOM = 70, 760, 80
SIZE = 11
LETTER = 0.6 * SIZE
"""The width of every letter of Courier."""
ACROSS = int((WIDTH - 2 * LEFT) / LETTER)
"""Letters in a full line."""


@dataclass
class Put:
    """A line of text at a place on a page."""

    text: str
    y: float
    x: float = LEFT
    size: float = SIZE
    bold: bool = False


def made(*paragraphs, step=14, apart=8, indent=0, head=None, foot=None):
    """A document of paragraphs, broken to the width; what stands in ``**`` first is bold, a number first is a size.

    ``apart`` points lie between paragraphs; ``head`` and ``foot`` make the lines of a page from its number.
    """
    return with_pages(laid_out(*paragraphs, step=step, apart=apart, indent=indent), head=head, foot=foot)


def laid_out(*paragraphs, step=14, apart=8, indent=0):
    pages, y = [[]], TOP
    for paragraph in paragraphs:
        size, text = paragraph if isinstance(paragraph, tuple) else (SIZE, paragraph)
        bold = 0
        if text.startswith("**"):
            _, strong, rest = text.split("**", 2)
            bold, text = len(strong), strong + rest
        lines = [line for part in text.split("\n") for line in wrapped(part, indent) or [""]]
        for number, line in enumerate(lines):
            if y < BOTTOM:
                pages.append([])
                y = TOP
            x = LEFT if number else LEFT + indent
            strong = line[:bold] if number == 0 else ""
            if strong:
                pages[-1].append(Put(strong, y, x, size, bold=True))
            pages[-1].append(Put(line[len(strong) :], y, x + len(strong) * 0.6 * size, size))
            y -= step * size / SIZE
        y -= apart
    return pages


def wrapped(text, indent):
    lines = wrap("_" * round(indent / LETTER) + text, ACROSS, break_on_hyphens=False)
    return [line.lstrip("_") for line in lines]


def with_pages(pages, *, head=None, foot=None, rotate=0, security=""):
    """A document of pages that are lists of lines, drawn so that they are upright on a page that is turned."""
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(f'{5 + 2 * n} 0 R' for n in range(len(pages)))}]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Courier-Bold/Encoding/WinAnsiEncoding>>",
    ]
    for number, page in enumerate(pages, 1):
        more = [Put(head(number), 810)] if head else []
        more += [Put(foot(number), 30)] if foot else []
        drawn = "\n".join(_drawn(put, rotate) for put in [*more, *page])
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Rotate {rotate}"
            f"/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>/Contents {len(objects) + 2} 0 R>>"
        )
        objects.append(f"<</Length {len(drawn.encode('cp1252', 'replace'))}>>stream\n{drawn}\nendstream")
    return packed(objects, security)


def packed(objects, security=""):
    """A file of these objects, the first of which is the catalogue."""
    content = b"%PDF-1.7\n"
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n".encode() + each.encode("cp1252", "replace") + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    trailer = f"trailer<</Size {len(objects) + 1}/Root 1 0 R{security}>>\nstartxref\n{len(content)}\n%%EOF\n"
    return content + head.encode() + trailer.encode()


def _drawn(put, rotate):
    text = put.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").replace("\n", " ").replace("\r", " ")
    matrix = {
        0: f"1 0 0 1 {put.x} {put.y}",
        90: f"0 1 -1 0 {WIDTH - put.y} {put.x}",
        180: f"-1 0 0 -1 {WIDTH - put.x} {HEIGHT - put.y}",
        270: f"0 -1 1 0 {put.y} {HEIGHT - put.x}",
    }[rotate]
    return f"BT /{'F2' if put.bold else 'F1'} {put.size} Tf {matrix} Tm ({text}) Tj ET"
