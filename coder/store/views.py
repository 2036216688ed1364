"""Views with stable names, for analysts who read a project with SQL.

They hold nothing: they are made anew whenever a file is brought up to date, so that no migration meets them. Positions
are code points of the document's text, half-open; what was removed is left out, and so is what was done on documents of
a round of blind coding that is sealed.
"""

from __future__ import annotations

from coder.store.file import ProjectFile

VIEWS = {
    "documents": """
        SELECT document.id AS document_id, name AS document, kind, date, language, source, words, characters, revision,
            added, sha256, content AS text
        FROM document JOIN text USING (sha256) WHERE NOT removed
    """,
    "codes": """
        WITH RECURSIVE tree (id, path, depth) AS (
            SELECT id, name, 0 FROM code WHERE parent IS NULL
            UNION ALL SELECT code.id, path || ' / ' || name, depth + 1 FROM code JOIN tree ON code.parent = tree.id
        )
        SELECT code.id AS code_id, name AS code, path AS code_path, depth, parent AS parent_id, colour, codable, brief,
            definition, when_to_use, when_not_to_use, memo, status
        FROM code JOIN tree USING (id)
    """,
    "codings": """
        SELECT coding.id AS coding_id, document.id AS document_id, document.name AS document, document.kind,
            document.date,
            (
                SELECT group_concat(speaker, '; ') FROM (
                    SELECT speaker FROM turn WHERE turn.reading = reading.number AND speaker <> ''
                    AND turn."start" < coding."end" AND turn."end" > coding."start"
                    GROUP BY speaker ORDER BY min(position)
                )
            ) AS speaker,
            (
                SELECT printf('%d:%02d:%02d', start_ms / 3600000, start_ms / 60000 % 60, start_ms / 1000 % 60) FROM (
                    SELECT start_ms FROM turn WHERE turn.reading = reading.number
                    AND turn."start" < coding."end" AND turn."end" > coding."start" ORDER BY position LIMIT 1
                ) WHERE start_ms IS NOT NULL
            ) AS time,
            coding."start", coding."end", coding.quotation, coding.code AS code_id, codes.code, codes.code_path,
            coder.id AS coder_id, coder.name AS coder, coding.origin, coding.model, coding.score AS probability,
            (
                SELECT group_concat(text, char(10, 10)) FROM (
                    SELECT text FROM memo WHERE about = 'coding' AND target = coding.id ORDER BY created, id
                )
            ) AS memo,
            coding.codebook_version, coding.created, coalesce(nullif(coding.modified, ''), coding.created) AS modified
        FROM coding
        JOIN document ON document.id = coding.document AND NOT removed
            AND document.id NOT IN (SELECT document FROM round_document WHERE sealed)
        JOIN reading ON reading.hash = document.reading
        JOIN codes ON codes.code_id = coding.code
        JOIN coder ON coder.id = coding.coder
    """,
    "quotations": """
        SELECT (SELECT value FROM setting WHERE "key" = 'project title') AS project, cases.name AS "case",
            cases.id AS case_id, codings.*
        FROM codings LEFT JOIN cases ON cases.id IN (
            SELECT case_id FROM membership WHERE membership.document = codings.document_id
            AND (membership."start" IS NULL
                 OR (membership."start" < codings."end" AND membership."end" > codings."start"))
        )
    """,
    "case_attributes": """
        SELECT cases.id AS case_id, cases.name AS "case", attribute.name AS attribute, attribute.type,
            attribute_value.value ->> '$' AS value
        FROM attribute_value
        JOIN cases ON cases.id = attribute_value.case_id
        JOIN attribute ON attribute.name = attribute_value.attribute
    """,
    "case_documents": """
        SELECT cases.id AS case_id, cases.name AS "case", document.id AS document_id, document.name AS document,
            membership."start", membership."end"
        FROM membership
        JOIN cases ON cases.id = membership.case_id
        JOIN document ON document.id = membership.document AND NOT removed
    """,
    "decisions": """
        SELECT decision.id AS decision_id, document.id AS document_id, document.name AS document, decision."start",
            decision."end", decision.code AS code_id, codes.code_path, coder.id AS coder_id, coder.name AS coder,
            decision.outcome, decision.probability, decision.model, decision.coding AS coding_id, decision.at
        FROM decision
        JOIN document ON document.id = decision.document AND NOT removed
            AND document.id NOT IN (SELECT document FROM round_document WHERE sealed)
        JOIN coder ON coder.id = decision.coder
        LEFT JOIN codes ON codes.code_id = decision.code
    """,
    "journal_entries": """
        WITH unseen (entry) AS (
            SELECT entry FROM journal_change
            WHERE table_name IN ('coding', 'decision', 'memo', 'read_mark', 'framework_cell', 'setting')
            AND (document IN (SELECT document FROM round_document WHERE sealed)
                 OR (document IS NULL AND EXISTS (SELECT 1 FROM round_document WHERE sealed)))
        )
        SELECT number, at, coder.name AS coder,
            CASE WHEN number IN (SELECT entry FROM unseen) THEN 'in a sealed round' ELSE verb END AS verb,
            CASE WHEN number IN (SELECT entry FROM unseen) THEN 'in a sealed round' ELSE summary END AS summary, undoes,
            (SELECT count(*) FROM journal_change WHERE entry = number) AS changes, previous, hash
        FROM journal LEFT JOIN coder ON coder.id = journal.coder
    """,
}
"""Each view with its query."""


def drop(file: ProjectFile) -> None:
    """Take the views away, inside the open transaction; whatever stands there under their names, if it is a view."""
    for name in reversed(VIEWS):
        file.write(f"DROP VIEW IF EXISTS {name}")


def make(file: ProjectFile) -> None:
    """Make the views, inside the open transaction."""
    for name, query in VIEWS.items():
        file.write(f"CREATE VIEW {name} AS {query}")
