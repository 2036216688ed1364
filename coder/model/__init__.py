"""The domain: frozen values and pure functions, standard library only."""

from coder.model.case import Attribute, AttributeType, Case, Membership, Value
from coder.model.codebook import Code, Codebook, CodeStatus, Source
from coder.model.coding import Anchor, Coder, Coding, Decision, Memo, Origin, Outcome, ReadMark, Role, new_id, now
from coder.model.document import Document, DocumentKind, Reading, Revision, Segment, Turn, TurnKind, text_hash
from coder.model.journal import Entry, RowChange
from coder.model.place import PathPattern, ToldCase
from coder.model.span import Span, Utf16Map, trimmed
from coder.model.study import ItemSet, Loss, Received, Study, StudyDocument

__all__ = [
    "Anchor",
    "Attribute",
    "AttributeType",
    "Case",
    "Code",
    "CodeStatus",
    "Codebook",
    "Coder",
    "Coding",
    "Decision",
    "Document",
    "DocumentKind",
    "Entry",
    "ItemSet",
    "Loss",
    "Membership",
    "Memo",
    "Origin",
    "Outcome",
    "PathPattern",
    "ReadMark",
    "Reading",
    "Received",
    "Revision",
    "Role",
    "RowChange",
    "Segment",
    "Source",
    "Span",
    "Study",
    "StudyDocument",
    "ToldCase",
    "Turn",
    "TurnKind",
    "Utf16Map",
    "Value",
    "new_id",
    "now",
    "text_hash",
    "trimmed",
]
