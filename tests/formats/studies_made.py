"""Studies of any shape for property tests: emoji, combining marks, right-to-left, no end of odd names."""

from __future__ import annotations

from uuid import UUID

from hypothesis import strategies as st

from coder.formats.receiving import document_of
from coder.model import (
    Anchor,
    Attribute,
    AttributeType,
    Case,
    Code,
    Codebook,
    Coder,
    Coding,
    ItemSet,
    Membership,
    Memo,
    Origin,
    Span,
    Study,
    StudyDocument,
)

AT = "2026-03-04T05:06:07.008Z"
PIECES = [
    "a",
    "Aino: ",
    "no time ",
    "e\u0301",
    "😀",
    "👩‍🔧",
    "\n",
    "\n\n",
    "שלום ",
    "ä",
    "<b>&",
    "=1+1",
    " ",
    ".",
    "\t",
]
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=40).map("".join).filter(lambda text: text.strip() != "")
words = st.text(alphabet="abcÄö😀ש ´<&'\"=+-/", min_size=1, max_size=12).map(lambda text: f"x{text.strip()}")
names = words.filter(lambda name: " / " not in name)
prose = st.lists(st.sampled_from(["Key:", "When to use:", "\\", "- ", "a", "😀", "\n", " "]), max_size=8).map("".join)
ids = st.uuids(version=4).map(str)


@st.composite
def codebooks(draw: st.DrawFn) -> Codebook:
    codes: list[Code] = []
    for id in draw(st.lists(ids, min_size=1, max_size=5, unique=True)):
        parent = draw(st.sampled_from([None, *(code.id for code in codes)]))
        name = draw(names.filter(lambda name, under=parent: (under, name.casefold()) not in  # type: ignore[misc]
                    {(code.parent, code.name.casefold()) for code in codes}))  # fmt: skip
        lists = [tuple(draw(st.lists(prose, max_size=2))) for _ in range(2)]
        codes.append(
            Code(id, name, parent, "#0b57d0", definition=draw(prose), brief=draw(prose), when_to_use=draw(prose),
                 when_not_to_use=draw(prose), examples=lists[0], counter_examples=lists[1], memo=draw(prose))
        )  # fmt: skip
    book = Codebook("", "", tuple(codes))
    # In the order of the tree, as every format writes them.
    return Codebook(draw(ids), draw(names), tuple(code for _, code in book.walk()), description=draw(prose))


@st.composite
def spans(draw: st.DrawFn, text: str) -> Span:
    start = draw(st.integers(0, len(text) - 1))
    return Span(start, draw(st.integers(start + 1, len(text))))


@st.composite
def studies(draw: st.DrawFn) -> Study:
    """A whole study whose ids are UUIDs; documents have different texts, siblings different names."""
    book = draw(codebooks())
    people = [Coder(id, f"Coder {n}") for n, id in enumerate(draw(st.lists(ids, min_size=1, max_size=2, unique=True)))]
    documents: list[StudyDocument] = []
    for n, text in enumerate(draw(st.lists(texts, max_size=3, unique=True))):
        id = str(UUID(int=draw(st.integers(1, 2**100)) * 4 + n))
        documents.append(document_of(id, f"{n} interview.txt", text, added=AT, date="2026-01-02"))
    attributes = (Attribute("age", AttributeType.NUMBER), Attribute("since", AttributeType.DATE), Attribute("home"))
    values = st.fixed_dictionaries(
        {},
        optional={
            "age": st.integers(0, 99) | st.floats(0, 99, allow_subnormal=False),
            "since": st.dates().map(str).filter(lambda day: len(day) == 10),
            "home": words,
        },
    )
    cases = [Case(id, f"Case {n}", draw(values)) for n, id in enumerate(draw(st.lists(ids, max_size=2, unique=True)))]
    codings, memos, memberships = [], [], []
    for found in documents:
        text, document = found.document.text, found.document.id
        seen = set()
        for span in draw(st.lists(spans(text), max_size=4)):
            code, coder = draw(st.sampled_from(book.codes)).id, draw(st.sampled_from(people)).id
            if (span, code, coder) not in seen:
                seen.add((span, code, coder))
                anchor = Anchor.on(text, span)
                codings.append(
                    Coding(draw(ids), document, anchor, code, coder, Origin.IMPORTED, created=AT, modified=AT)
                )
        for span in draw(st.lists(spans(text), max_size=1)):
            memos.append(
                Memo(draw(ids), "document", document, people[0].id, draw(words), AT, AT, Anchor.on(text, span))
            )
        if cases:
            whole = draw(st.booleans())
            memberships.append(Membership(document, cases[0].id, None if whole else draw(spans(text))))
    targets = [("code", book.codes[0].id), ("project", "project"), *(("case", case.id) for case in cases)]
    targets += [("coding", coding.id) for coding in codings[:1]]
    for about, target in targets:
        if draw(st.booleans()):
            memos.append(Memo(draw(ids), about, target, people[0].id, draw(words), AT, AT, None, draw(names)))
    members = (("code", book.codes[0].id), *(("document", found.document.id) for found in documents))
    sets = (ItemSet(draw(ids), "Set", "why", members),) if draw(st.booleans()) else ()
    return Study(draw(ids), "Study", book, tuple(people), tuple(documents), attributes, tuple(cases),
                 tuple(memberships), tuple(codings), tuple(memos), sets)  # fmt: skip
