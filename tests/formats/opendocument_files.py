"""OpenDocument texts made for tests. All of it is invented."""

import zipfile
from io import BytesIO
from xml.sax.saxutils import escape

MIMETYPE = "application/vnd.oasis.opendocument.text"
NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        *(("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"), ("draw", "drawing")),
        ("fo", "xsl-fo-compatible"),
    )
)
STYLES = (
    '<style:style style:name="Strong"><style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="T1" style:parent-style-name="Strong"/>'
    '<style:style style:name="Title"/><style:style style:name="P1" style:parent-style-name="Title"/>'
)


def with_body(body, *, mimetype=MIMETYPE, head="", more=None):
    """An archive whose text holds this XML."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<office:document-content {NAMESPACES}><office:automatic-styles>'
        f"{STYLES}</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
        "</office:document-content>"
    )
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {"mimetype": mimetype, "content.xml": content, **(more or {})}.items():
            archive.writestr(name, data)
    return packed.getvalue()


def made(*paragraphs):
    """A document of paragraphs; what stands in ``**`` first is bold, a pair is (depth of a heading, text)."""
    return with_body("".join(map(paragraph, paragraphs)))


def paragraph(text):
    if isinstance(text, tuple):
        return f'<text:h text:outline-level="{text[0]}">{words(text[1])}</text:h>'
    bold = ""
    if text.startswith("**"):
        _, bold, text = text.split("**", 2)
    strong = f'<text:span text:style-name="T1">{words(bold)}</text:span>' if bold else ""
    return f"<text:p>{strong}{words(text)}</text:p>"


def words(text):
    text = escape(text).replace("  ", "<text:s text:c='2'/>")
    return text.replace("\t", "<text:tab/>").replace("\n", "<text:line-break/>")
