"""Office files that say nothing of the moment in which they were written: the same content is the same bytes."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

_CORE = "docProps/core.xml"
_TIME = re.compile(rb'(<dcterms:(?:created|modified)[^>]*xsi:type="dcterms:W3CDTF"[^>]*>)[^<]*(<)')
_BEGINNING = (1980, 1, 1, 0, 0, 0)


def timeless(content: bytes, at: str) -> bytes:
    """A Word or Excel file as if written at this time (ISO 8601 in UTC), packed anew in the order that it has."""
    moment = f"{at[:19]}Z".encode()
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, _BEGINNING)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            member = old.read(name)
            new.writestr(info, _TIME.sub(rb"\g<1>" + moment + rb"\g<2>", member) if name == _CORE else member)
    return packed.getvalue()
