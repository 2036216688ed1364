"""RTF documents and web pages made for tests. All of it is invented."""

from html import escape

FONTS = rb"{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 Gothic;}}"


def rtf(body, *, head=b""):
    """A document of this body."""
    return rb"{\rtf1\ansi\ansicpg1252\deff0" + FONTS + head + rb"{\*\generator Invented;}" + body + b"}"


def as_rtf(*paragraphs):
    """A document of paragraphs; what stands in ``**`` first is bold."""
    return rtf(
        b"".join(rb"\pard\plain " + bold(text, r"{\b %s}", rtf_words).encode() + b"\\par\n" for text in paragraphs)
    )


def as_html(*paragraphs):
    """A page of paragraphs; what stands in ``**`` first is bold."""
    body = "\n".join(f"<p>{bold(text, '<b>%s</b>', html_words)}</p>" for text in paragraphs)
    return f"<!DOCTYPE html>\n<html><head><title>Not read</title></head>\n<body>\n{body}\n</body></html>\n".encode()


def bold(text, form, words):
    if not text.startswith("**"):
        return words(text)
    _, strong, rest = text.split("**", 2)
    return form % words(strong) + words(rest)


def html_words(text):
    return escape(text).replace("  ", "&nbsp; ").replace("\t", "&#9;").replace("\n", "<br>")


def rtf_words(text):
    found = []
    for character in text:
        if character in "\\{}":
            found.append("\\" + character)
        elif character in "\n\t":
            found.append("\\line " if character == "\n" else "\\tab ")
        elif character < "\x7f":
            found.append(character)
        else:
            units = character.encode("utf-16-le")
            found.extend(
                f"\\u{int.from_bytes(units[i : i + 2], 'little', signed=True)}?" for i in range(0, len(units), 2)
            )
    return "".join(found)
