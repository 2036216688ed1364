"""Suggestions as a table: one row a passage and code, with what speaks for it."""

from __future__ import annotations

import pandas as pd

from coder.store import Project
from coder.workflow.suggestions import Snapshot
from coder.workflow.tables import material

COLUMNS = (
    "document", "case", "speaker", "start", "end", "passage", "code path", "probability", "in words", "because",
    "coded so already", "refused before", "the codebook says", "shared words", "document id", "code id",
)  # fmt: skip


def proposals(project: Project, snapshot: Snapshot) -> pd.DataFrame:
    """Every suggestion of a snapshot, in reading order and likeliest first. ``start`` and ``end`` are code points.

    ``coded so already`` is the quotation most alike that has the code, ``refused before`` the passage
    most alike for which it was refused.
    """
    found = material(project)
    texts = project.texts()
    cases = {case.id: case.name for case in found.cases}
    rows = []
    for document in found.documents:
        for passage, suggestions in sorted(snapshot.suggestions(document.id).items()):
            for suggestion in suggestions:
                evidence = snapshot.evidence(document.id, passage, suggestion.code)
                if evidence is None or suggestion.code not in found.codebook:
                    continue
                speakers = [turn.speaker for turn in found.turns_under(document.id, suggestion.span)]
                rows.append(
                    {
                        "document": document.name,
                        "case": "; ".join(cases[case] for case in found.cases_of(document.id, suggestion.span)) or None,
                        "speaker": "; ".join(dict.fromkeys(filter(None, speakers))) or None,
                        "start": suggestion.span.start,
                        "end": suggestion.span.end,
                        "passage": suggestion.span.of(texts[document.id]),
                        "code path": found.codebook.path(suggestion.code),
                        "probability": suggestion.probability,
                        "in words": evidence.said.words,
                        "because": evidence.said.basis,
                        "coded so already": evidence.quotations[0].text if evidence.quotations else None,
                        "refused before": evidence.refused.text if evidence.refused else None,
                        "the codebook says": evidence.sentence,
                        "shared words": ", ".join(evidence.words) or None,
                        "document id": document.id,
                        "code id": suggestion.code,
                    }
                )
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({"start": "int64", "end": "int64", "probability": "float64"})
