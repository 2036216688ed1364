"""Small SQLite files as other programs write them; every text in them is invented."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

Tables = Mapping[str, Sequence[Mapping[str, Any]]]

TEXT = (
    "Aino: Aloitimme yhdessä 😀 kaikki, 👩‍👩‍👧 mukana.\n"
    "\n"
    "Haastattelija: ومتى بدأتم معًا؟\n"
    "\n"
    "Aino: Cafe\u0301 oli auki, ei ollut aikaa. Ei ollut aikaa.\n"
)
"""An invented interview with emoji, Arabic and a combining mark."""


def span_of(words: str, text: str = TEXT) -> tuple[int, int]:
    start = text.index(words)
    return start, start + len(words)


def database(tables: Tables, *statements: str) -> bytes:
    """An SQLite file with these rows; a table's columns are those of its first row."""
    connection = sqlite3.connect(":memory:")
    for name, rows in tables.items():
        columns = list(rows[0])
        connection.execute(f'CREATE TABLE "{name}" ({", ".join(columns)})')
        marks = ", ".join("?" for _ in columns)
        connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', [[row[c] for c in columns] for row in rows])
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    content = connection.serialize()
    connection.close()
    return bytes(content)


def rqda(text: str | bytes = TEXT, **more: Sequence[Mapping[str, Any]]) -> bytes:
    """An RQDA project of one interview, two codes and a folder."""
    start, end = span_of("yhdessä 😀 kaikki")
    live = {"status": 1, "owner": "Aino", "date": "Sat May  2 16:24:45 2015", "memo": None}
    tables: dict[str, Sequence[Mapping[str, Any]]] = {
        "project": [{"databaseversion": "0.2.2", "memo": "An invented study."}],
        "source": [live | {"id": 1, "name": "Interview 1", "file": text, "memo": "Read twice."}],
        "freecode": [
            live | {"id": 1, "name": "Together", "color": "#0b57d0", "memo": "From the start."},
            live | {"id": 2, "name": "No time", "color": None},
        ],
        "codecat": [live | {"name": "Paths", "catid": 1, "cid": None}],
        "treecode": [live | {"cid": 1, "catid": 1}],
        "coding": [
            live | {"cid": 1, "fid": 1, "seltext": "yhdessä 😀 kaikki", "selfirst": float(start), "selend": float(end)}
        ],
        "cases": [live | {"id": 1, "name": "Kartano"}],
        "caselinkage": [live | {"caseid": 1, "fid": 1, "selfirst": 0.0, "selend": float(len(text))}],
        "attributes": [live | {"name": "beds", "class": "numeric"}],
        "caseAttr": [live | {"variable": "beds", "value": "24", "caseID": 1}],
        "fileAttr": [live | {"variable": "place", "value": "library", "fileID": 1}],
        "annotation": [live | {"fid": 1, "position": start, "annotation": "She laughs."}],
        "journal": [live | {"name": "Day one", "journal": "Began to read."}],
    }
    return database(tables | more)


def qualcoder(**more: Sequence[Mapping[str, Any]]) -> bytes:
    """A QualCoder project of one interview, coded by two people."""
    start, end = span_of("yhdessä 😀 kaikki")
    by = {"owner": "Aino", "date": "2021-03-04 05:06:07", "memo": ""}
    coding = by | {"cid": 1, "fid": 1, "seltext": "yhdessä 😀 kaikki", "pos0": start, "pos1": end, "important": None}
    tables: dict[str, Sequence[Mapping[str, Any]]] = {
        "project": [{"databaseversion": "v8", "date": "2021-03-04", "memo": "An invented study.", "about": ""}],
        "source": [
            by | {"id": 1, "name": "interview.txt", "fulltext": TEXT, "mediapath": None, "memo": "Read twice."},
            by | {"id": 2, "name": "photo.jpg", "fulltext": None, "mediapath": "/images/photo.jpg"},
        ],
        "code_cat": [
            by | {"catid": 1, "name": "Paths", "supercatid": None},
            by | {"catid": 2, "name": "Early", "supercatid": 1},
        ],
        "code_name": [
            by | {"cid": 1, "name": "Together", "catid": 2, "color": "#0B57D0", "memo": "From the start."},
            by | {"cid": 2, "name": "No time", "catid": None, "color": "#146c2e"},
        ],
        "code_text": [
            coding | {"memo": "Said with a smile.", "important": 1},
            coding | {"owner": "Ben"},
            coding
            | {"cid": 2, "seltext": "ei ollut aikaa", "pos0": span_of("ei ollut")[0], "pos1": span_of("aikaa.")[1] - 1},
        ],
        "cases": [by | {"caseid": 1, "name": "Kartano", "memo": "A ward."}],
        "case_text": [by | {"caseid": 1, "fid": 1, "pos0": start, "pos1": end}],
        "attribute_type": [
            by | {"name": "beds", "caseOrFile": "case", "valuetype": "numeric"},
            by | {"name": "place", "caseOrFile": "file", "valuetype": "character"},
        ],
        "attribute": [
            by | {"name": "beds", "attr_type": "case", "value": "24", "id": 1},
            by | {"name": "place", "attr_type": "file", "value": "007", "id": 1},
        ],
        "annotation": [by | {"fid": 1, "pos0": start, "pos1": end, "memo": "She laughs."}],
        "journal": [by | {"name": "Day one", "jentry": "Began to read."}],
        "code_image": [by | {"imid": 1, "id": 2, "cid": 1}],
    }
    return database(tables | more)


PAGE = (
    "<h1>Interview</h1><p>Aino: Aloitimme yhdessä 😀 <b>kaikki</b>, 👩‍👩‍👧 mukana.</p>"
    "<p>ومتى بدأتم معًا؟<br>Cafe\u0301 &amp; aika</p>"
)
PLAIN = "InterviewAino: Aloitimme yhdessä 😀 kaikki, 👩‍👩‍👧 mukana.ومتى بدأتم معًا؟Cafe\u0301 & aika"
"""The text nodes of the page, one after the other."""


def in_bytes(words: str) -> tuple[int, int]:
    start = PLAIN.index(words)
    return len(PLAIN[:start].encode()), len(PLAIN[: start + len(words)].encode())


def taguette(*highlights: tuple[str, str], page: str = PAGE, **more: Sequence[Mapping[str, Any]]) -> bytes:
    """A Taguette project; each highlight is words of the page, and its snippet."""
    rows = []
    for number, (words, snippet) in enumerate(
        highlights or [("yhdessä 😀 kaikki", "<p>yhdessä 😀 <b>kaikki</b></p>")], 1
    ):
        start, end = in_bytes(words)
        rows.append({"id": number, "document_id": 1, "start_offset": start, "end_offset": end, "snippet": snippet})
    tables: dict[str, Sequence[Mapping[str, Any]]] = {
        "projects": [{"id": 1, "name": "Study", "description": "An invented study.", "created": "2022-02-03 08:00:53"}],
        "project_members": [{"project_id": 1, "user_login": "aino"}],
        "documents": [
            {
                "id": 1,
                "project_id": 1,
                "name": "Interview 1",
                "description": "Read twice.",
                "filename": "interview.odt",
                "created": "2022-02-16 14:19:40.661560",
                "contents": page,
            }
        ],
        "tags": [
            {"id": 1, "project_id": 1, "path": "paths", "description": "How it began."},
            {"id": 2, "project_id": 1, "path": "paths.together", "description": ""},
            {"id": 3, "project_id": 1, "path": "v1.2", "description": ""},
        ],
        "highlights": rows,
        "highlight_tags": [{"highlight_id": row["id"], "tag_id": 2} for row in rows],
        "commands": [
            {
                "date": "2022-02-16 14:26:16",
                "user_login": "ben",
                "payload": '{"type": "highlight_add", "highlight_id": 1}',
            },
            {"date": "2022-02-16 14:27:00", "user_login": "ben", "payload": "highlight_add, broken {"},
        ],
    }
    return database(tables | more)


def requal() -> bytes:
    """A Requal project; positions count from one and include the end."""
    start, end = span_of("yhdessä 😀 kaikki")
    mine = {"project_id": 1, "user_id": 1}
    return database(
        {
            "projects": [{"project_id": 1, "project_name": "Study", "project_description": "An invented study."}],
            "requal_version": [{"project_id": 1, "version": "1.0.0"}],
            "users": [{"user_id": 1, "user_login": None, "user_name": "Aino"}],
            "documents": [
                mine
                | {"doc_id": 1, "doc_name": "Interview 1", "doc_description": "", "doc_text": TEXT, "created_at": None}
            ],
            "codes": [
                mine | {"code_id": 1, "code_name": "Together", "code_description": "x", "code_color": "rgb(11,87,208)"},
                mine | {"code_id": 2, "code_name": "No time", "code_description": None, "code_color": None},
            ],
            "categories": [
                mine | {"category_id": 1, "category_name": "Paths", "category_description": ""},
                mine | {"category_id": 2, "category_name": "Early", "category_description": ""},
            ],
            "categories_codes_map": [
                {"project_id": 1, "category_id": 1, "code_id": 1},
                {"project_id": 1, "category_id": 1, "code_id": 2},
                {"project_id": 1, "category_id": 2, "code_id": 2},
            ],
            "cases": [{"project_id": 1, "case_id": 1, "case_name": "Kartano", "case_description": ""}],
            "cases_documents_map": [{"project_id": 1, "case_id": 1, "doc_id": 1}],
            "segments": [
                mine
                | {
                    "doc_id": 1,
                    "code_id": 1,
                    "segment_id": 7,
                    "segment_start": start + 1,
                    "segment_end": end,
                    "segment_text": "yhdessä 😀 kaikki",
                }
            ],
            "memos": [
                mine | {"memo_id": 1, "text": "On the coding."},
                mine | {"memo_id": 2, "text": "Free."},
            ],
            "memos_segments_map": [{"memo_id": 1, "segment_id": 7}],
            "attributes": [mine | {"attribute_id": 1, "attribute_name": "beds"}],
            "attribute_values": [{"attribute_value_id": 5, "attribute_id": 1, "value": "24"}],
            "attributes_cases_map": [{"project_id": 1, "case_id": 1, "attribute_id": 1, "attribute_value_id": 5}],
        }
    )
