"""Where codings lie, read lightly, is where the codings themselves lie, and no more is seen of it."""

from __future__ import annotations

import pytest
from store_samples import TEXT, add_codes, add_document

from coder.model import Anchor, Coder, Coding, Span, now
from coder.model.blind import Round, given
from coder.store import Project

BERTA = Coder("berta", "Berta")


@pytest.fixture
def documents(project: Project, aino: str) -> tuple[str, str]:
    """Two documents, the first of them sealed, both coded by Aino and Berta."""
    sealed, open_ = (add_document(project, aino, name=name).id for name in ("sealed", "open"))
    trust, time = add_codes(project, aino, "trust", "time")
    with project.change("code", coder=None) as change:
        change.save_coder(BERTA)
        for number, (document, coder) in enumerate((d, c) for d in (sealed, open_) for c in (aino, BERTA.id)):
            for code, span in ((trust, Span(6 + number, 12)), (time, Span(20, 24))):
                anchor = Anchor.on(TEXT, span)
                id = f"{code.name} {number}"
                change.save_coding(Coding(id, document, anchor, code.id, coder, created=now(), modified=now()))
        change.save_round(Round("round", "Round 1", aino, given([sealed], [aino, BERTA.id]), created="2026"))
    return sealed, open_


@pytest.mark.parametrize("who", [None, "aino", "berta"])
def test_places_are_those_of_the_codings_that_are_seen(
    project: Project, aino: str, documents: tuple[str, str], who: str | None
) -> None:
    seen = project.seen_by({"aino": aino, "berta": BERTA.id, None: None}[who])
    sealed = {place for place in seen.coded_places() if place[0] == documents[0]}
    assert len(sealed) == (0 if who is None else 2)
    for code in (None, *(each.id for each in project.codebook().codes)):
        for coder in (None, aino, BERTA.id):
            codings = seen.codings(code=code, coder=coder)
            expected = sorted((each.document, each.span.start, each.span.end) for each in codings)
            assert sorted(seen.coded_places(code=code, coder=coder)) == expected
