"""Making the rows of two copies fit each other: the same things under two ids, corrected texts, codes that went
up in others, codings made twice, and what one copy took away while the other still needs it.

Every function takes rows and gives rows. Nothing that somebody made is lost: what cannot stay where it was is
carried along, kept as a memo, or brought back, and a remark says so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from coder.model.coding import Anchor
from coder.model.copies import DISPUTED, Copy, Key, Rows, Settling
from coder.model.framework import RowKind, cell_id
from coder.model.journal import Row
from coder.model.moving import Alignment
from coder.model.span import Span

Remark = Callable[[str], None]


# --- the same thing under two ids --------------------------------------------------------------


def same_things(base: Rows, left: Rows, right: Rows, settling: Settling, remark: Remark) -> dict[str, str]:
    """Ids to be replaced, with those that stay: what both copies added for itself, but means the same.

    Cases of one name are one case, documents of one text one document. Coders of one name stay two people
    unless somebody says that they are one.
    """
    ids: dict[str, str] = {}
    for table, of in _SAME.items():
        for one, other in _pairs(table, of, base, left, right):
            name = left[table, one]["name"]
            if table == "coder":
                sides = (None, f"{name}, added here", f"{name}, added there")
                if settling.flipped:
                    sides = (None, sides[2], sides[1])
                side = settling.side(table, min(one, other), "one person", values=sides, default=None)
                if side is not None:
                    stays, goes = ((one, other), (other, one))[side]
                    ids[goes] = stays
                continue
            ids[max(one, other)] = min(one, other)
            remark(f"both copies added the {_NOUNS[table]} {name!r}: it is one")
    return ids


_NOUNS = {"cases": "case", "document": "document"}
_SAME: Mapping[str, Callable[[Row], str | None]] = {
    "cases": lambda row: row["name"].casefold(),
    "document": lambda row: None if row["removed"] else row["sha256"],
    "coder": lambda row: row["name"].casefold(),
}


def _pairs(
    table: str, of: Callable[[Row], str | None], base: Rows, left: Rows, right: Rows
) -> Iterator[tuple[str, str]]:
    known: list[dict[str, str]] = [{}, {}]
    for place, (rows, others) in enumerate(((left, right), (right, left))):
        for key in sorted(rows.keys() - base.keys() - others.keys()):
            if key[0] == table and (same := of(rows[key])) is not None:
                known[place].setdefault(same, key[1])
    for same in sorted(known[0].keys() & known[1].keys()):
        yield known[0][same], known[1][same]


def renamed(rows: Rows, ids: Mapping[str, str]) -> Rows:
    """The rows with other ids, wherever a row names them."""
    if not ids:
        return dict(rows)
    found: Rows = {}
    for (table, key), row in rows.items():
        new = {name: _with_ids(value, ids) if name not in _WORDS else value for name, value in row.items()}
        if table == "framework_cell":
            new["id"] = cell_id(RowKind(new["kind"]), new["row"], new["code"])
        found[table, new["id"] if table == "framework_cell" else _with_ids(key, ids)] = new
    return found


_WORDS = frozenset({"text", "quotation", "before", "after", "summary", "definition", "name", "note", "description"})


def _with_ids(value: Any, ids: Mapping[str, str]) -> Any:
    if not isinstance(value, str):
        return value
    return _PARTS.sub(lambda part: ids.get(part[0], part[0]), value)


_PARTS = re.compile(r"[^\s/\"]+")
"""What ids stand between in composed keys, settings and lists."""


# --- corrected texts ---------------------------------------------------------------------------


def on_texts(rows: Rows, moved: Mapping[str, Alignment]) -> Rows:
    """The rows with their places in the corrected texts of these documents; what is gone from there is ``lost``."""
    found: Rows = {}
    for (table, key), row in rows.items():
        document = row.get("document") if table != "memo" else row["target"] if row["about"] == "document" else None
        alignment = moved.get(document) if isinstance(document, str) else None
        if alignment is None:
            found[table, key] = row
        elif table == "read_mark":
            found[table, key] = {**row, "position": alignment.position(min(row["position"], len(alignment.old)))}
        elif row.get("start") is None or DISPUTED in (row["start"], row["end"]):
            found[table, key] = row
        else:
            now = alignment.moved(Span(row["start"], row["end"])).now
            new = _placed(row, now, alignment.new)
            if table == "membership" and now is not None:
                new["id"] = f"{row['document']}/{row['case_id']}/{now.start}-{now.end}"
            found[table, new["id"]] = new
    return found


def _placed(row: Row, now: Span | None, text: str) -> dict[str, Any]:
    if now is None:
        return {**row, "lost": True}
    new = {**row, "start": now.start, "end": now.end}
    if "quotation" in row:
        anchor = Anchor.on(text, now)
        new |= {"quotation": anchor.quotation, "before": anchor.before, "after": anchor.after}
    return new


def without_lost(rows: Rows, naming: Callable[[str, str], str], remark: Remark) -> Rows:
    """Codings whose words a correction took out become memos on the document; memos lose their passage only."""
    gone = {key[1] for key, row in rows.items() if key[0] == "coding" and row.get("lost")}
    notes: dict[str, list[str]] = {}
    found: Rows = {}
    for key, row in sorted(rows.items()):
        if key[0] == "memo" and row["about"] == "coding" and row["target"] in gone:
            notes.setdefault(row["target"], []).append(f"{naming('coder', row['coder'])}: {row['text']}")
        else:
            found[key] = {name: value for name, value in row.items() if name != "lost"}
    for key, row in ((key, row) for key, row in rows.items() if row.get("lost")):
        del found[key]
        if key[0] == "coding":
            words = f"“{row['quotation']}”"
            memo = {
                **dict.fromkeys(("start", "end", "quotation", "before", "after")),
                "id": str(uuid5(NAMESPACE_URL, f"lost {key[1]}")),
                "about": "document",
                "target": row["document"],
                "coder": row["coder"],
                "text": "\n\n".join([words, *notes.get(key[1], ())]),
                "created": row["created"],
                "modified": row["modified"],
                "title": f"Lost in a correction: {naming('code', row['code'])}",
            }
            found["memo", memo["id"]] = memo
            remark("a correction took out the words of a coding: it is kept as a memo on the document")
        elif key[0] == "memo":
            text = f"{row['text']}\n\nOn words that a correction took out: “{row['quotation']}”"
            bare = {name: value for name, value in row.items() if name != "lost"}
            found[key] = {**bare, **dict.fromkeys(("start", "end", "quotation", "before", "after")), "text": text}
        elif key[0] == "membership":
            remark(f"a correction took out a stretch of {naming('cases', row['case_id'])}")
    return found


# --- codes -------------------------------------------------------------------------------------


def successors(copy: Copy) -> dict[str, str]:
    """For codes that went up in another one in this copy, that one: where their codings, memos and cells went."""
    went: dict[str, Counter[str]] = {}
    for entry in copy.entries:
        gone = {change.key for change in entry.changes if change.table == "code" and change.after is None}
        for change in entry.changes:
            if change.before is None or change.after is None or not gone:
                continue
            name = "target" if change.table == "memo" and change.before["about"] == "code" else "code"
            was, now = change.before.get(name), change.after.get(name)
            if was in gone and now != was and isinstance(now, str):
                went.setdefault(was, Counter())[now] += 1
    return {
        code: min(targets, key=lambda target: (-targets[target], target))
        for code, targets in went.items()
        if ("code", code) not in copy.rows
    }


def followed(rows: Rows, follow: Mapping[str, str]) -> Rows:
    """The rows with the codes that others went up in: codings, decisions, memos and cells of the matrix."""
    found: Rows = {}
    for (table, key), row in rows.items():
        if table == "memo" and row["about"] == "code" and row["target"] in follow:
            found[table, key] = {**row, "target": follow[row["target"]]}
        elif table == "framework_cell" and row["code"] in follow:
            new = {**row, "code": follow[row["code"]]}
            new["id"] = cell_id(RowKind(new["kind"]), new["row"], new["code"])
            standing = rows.get((table, new["id"])) or found.get((table, new["id"]))
            if standing is not None:
                new = {**standing, "summary": _joined(standing["summary"], new["summary"])}
            found[table, new["id"]] = new
        elif table == "item_set_member" and row["about"] == "code" and row["target"] in follow:
            target = follow[row["target"]]
            found[table, f"{row['item_set']}/code/{target}"] = {
                **row,
                "id": f"{row['item_set']}/code/{target}",
                "target": target,
            }
        elif table in ("coding", "decision") and row["code"] in follow:
            found[table, key] = {**row, "code": follow[row["code"]]}
        else:
            found.setdefault((table, key), row)
    return found


def _joined(*texts: str) -> str:
    return "\n\n".join(dict.fromkeys(filter(None, texts)))


def codes_named(rows: Rows) -> frozenset[str]:
    """Ids of the codes that rows name, also where they could do without them."""
    members = {row["target"] for (table, _), row in rows.items() if table == "item_set_member"}
    return codes_used(rows) | members | {row["code"] for (table, _), row in rows.items() if table == "decision"}


def codes_used(rows: Rows) -> frozenset[str]:
    """Ids of the codes that codings, memos and cells of the matrix rest on."""
    memos = {row["target"] for (table, _), row in rows.items() if table == "memo" and row["about"] == "code"}
    return frozenset(memos | {row["code"] for (table, _), row in rows.items() if table in ("coding", "framework_cell")})


# --- what was made twice -----------------------------------------------------------------------


def without_doubles(rows: Rows, left: Rows, right: Rows, standing: Callable[[Row], str | None], remark: Remark) -> Rows:
    """The rows with one coding where both coders' copies hold the same one, and what hung on the other with it.

    ``standing`` finds an equal coding among those that neither copy touched.
    """
    groups: dict[tuple[Any, ...], list[str]] = {}
    for (table, key), row in sorted(rows.items()):
        if table == "coding":
            groups.setdefault(_same_coding(row), []).append(key)
    ids: dict[str, str] = {}
    for same, keys in groups.items():
        followed = [key for key in keys if not any(_is_coded(key, side, same) for side in (left, right))]
        untouched = standing(rows["coding", followed[0]]) if followed else None
        # Both copies hold an untouched one: each of them had it beside its own.
        beside = int(untouched is not None)
        apart = [key for key in keys if not any(_were_both(key, keys, beside, side, same) for side in (left, right))]
        kept = untouched or min(keys, key=lambda key: (rows["coding", key]["created"], key))
        ids |= {key: kept for key in (apart if untouched or len(keys) > 1 else ()) if key != kept}
    if not ids:
        return _one_memo_each(rows, left, right, remark)
    remark(f"{len(ids)} coding{'s' if len(ids) > 1 else ''} that both copies hold became one each")
    kept_rows = {key: row for key, row in rows.items() if key[0] != "coding" or key[1] not in ids}
    return _one_memo_each(renamed(kept_rows, ids), renamed(left, ids), renamed(right, ids), remark)


def _same_coding(row: Row) -> tuple[Any, ...]:
    return row["document"], row["start"], row["end"], row["coder"], row["code"]


def _is_coded(key: str, side: Rows, same: tuple[Any, ...]) -> bool:
    return ("coding", key) in side and _same_coding(side["coding", key]) == same


def _were_both(key: str, keys: Iterable[str], beside: int, side: Rows, same: tuple[Any, ...]) -> bool:
    """Whether one copy by itself held this coding and an equal one: then that was meant, or is old."""
    held = [other for other in keys if _is_coded(other, side, same)]
    return key in held and len(held) + beside > 1


def _one_memo_each(rows: Rows, left: Rows, right: Rows, remark: Remark) -> Rows:
    """A coder has one memo on a coding: where each copy brings one, they become one text."""
    found = dict(rows)
    first: dict[tuple[str, str], Key] = {}
    for key, row in sorted(rows.items()):
        if key[0] == "memo" and row["about"] == "coding":
            kept = first.setdefault((row["target"], row["coder"]), key)
            if kept != key and not any(kept in side and key in side for side in (left, right)):
                found[kept] = {**found[kept], "text": _joined(found[kept]["text"], row["text"])}
                del found[key]
                remark("two memos by one coder on one coding became one text")
    return found


def one_kind_of_membership(rows: Rows, remark: Remark) -> Rows:
    """Where one copy put a whole document in a case and the other a stretch of it, the stretches stand."""
    stretches = {
        (row["document"], row["case_id"])
        for (table, _), row in rows.items()
        if table == "membership" and row["start"] is not None
    }
    found = {
        key: row
        for key, row in rows.items()
        if key[0] != "membership" or row["start"] is not None or (row["document"], row["case_id"]) not in stretches
    }
    for _ in range(len(rows) - len(found)):
        remark("one copy put a whole document in a case, the other stretches of it: the stretches stand")
    return found


def distinct_names(rows: Rows, base: Rows, left: Rows, right: Rows, remark: Remark) -> Rows:
    """Coders, and cases, of one name get numbers behind it; who had the name first keeps it.

    Two that one copy by itself had under one name are left as they are.
    """
    found = dict(rows)
    for table in ("coder", "cases"):
        keys = sorted((key for key in rows if key[0] == table), key=lambda key: (key not in base, key))
        every = {rows[key]["name"].casefold() for key in keys}
        named: dict[str, list[Key]] = {}
        for key in keys:
            name, number = rows[key]["name"], 2
            others = named.setdefault(name.casefold(), [])
            if all(any(_share_a_name(key, other, side) for side in (left, right)) for other in others):
                others.append(key)
                continue
            while (free := f"{name} ({number})").casefold() in every:
                number += 1
            every.add(free.casefold())
            found[key] = {**rows[key], "name": free}
            remark(f"two {'people' if table == 'coder' else 'cases'} are named {name!r}: one is now {free!r}")
    return found


def _share_a_name(one: Key, other: Key, side: Rows) -> bool:
    return one in side and other in side and side[one]["name"].casefold() == side[other]["name"].casefold()


def distinct_versions(rows: Rows, base: Rows, remark: Remark) -> Rows:
    """Where both copies published a version under one number: one version if it is the same, else another number."""
    found = dict(rows)
    taken: dict[str, str] = {}
    for key in sorted((key for key in rows if key[0] == "codebook_version"), key=lambda key: (key not in base, key)):
        row, number = rows[key], 2
        version = row["version"]
        if taken.get(version) == row["content"]:
            del found[key]
            continue
        while version in taken:
            version, number = f"{row['version']} ({number})", number + 1
        taken[version] = row["content"]
        if version != row["version"]:
            found[key] = {**row, "version": version}
            remark(f"both copies published a version {row['version']}: one is now {version}")
    return found


# --- what is needed ----------------------------------------------------------------------------


def still_worked_on(
    rows: Rows, base: Rows, left: Rows, right: Rows, document_of: Callable[[str], str | None], settling: Settling
) -> Rows:
    """Documents that one copy removed and the other still worked on: they stay, unless somebody chooses otherwise.

    ``document_of`` tells where a coding lies.
    """
    found = dict(rows)
    for key in sorted(key for key in rows if key[0] == "document" and rows[key]["removed"]):
        hidden = [bool(side.get(key, {}).get("removed")) for side in (left, right)]
        if key not in base or base[key]["removed"] or all(hidden):
            continue
        kept = hidden.index(False)
        side = (left, right)[kept]
        work = any(
            row != base.get(other) and key[1] == _lies_on(row, document_of)
            for other, row in side.items()
            if other[0] in ("coding", "memo", "decision")
        )
        if work:
            words = ["removed" if each else "worked on" for each in hidden]
            chosen = settling.side(*key, "removed", values=(None, words[0], words[1]), default=kept)
            found[key] = {**rows[key], "removed": int(chosen != kept)}
    return found


def _lies_on(row: Row, document_of: Callable[[str], str | None]) -> str | None:
    if row.get("about") == "coding":
        return document_of(row["target"])
    return row.get("document") or row.get("target")


def complete(
    rows: Rows,
    sides: tuple[Rows, Rows],
    touched: frozenset[Key],
    references: Mapping[str, Iterable[tuple[str, str]]],
    remark: Remark,
) -> Rows:
    """The rows with everything that they name. What one copy took away and the other still needs comes back.

    ``references`` names for each table its columns with the tables that they name. Members of sets whose thing
    is gone go, too; memos bring theirs back.
    """
    found = dict(rows)
    waiting = sorted(rows)
    while waiting:
        key = waiting.pop()
        row = found.get(key)
        for parent in () if row is None else _named(key[0], row, references):
            if parent in found or parent not in touched:
                continue
            standing = sides[0].get(parent) or sides[1].get(parent)
            if standing is None or (key[0] == "item_set_member" and parent[0] != "item_set"):
                del found[key]
                break
            found[parent] = {name: value for name, value in standing.items() if name != "lost"}
            waiting.append(parent)
            remark(f"one copy removed a {_noun(parent[0])} that the other still uses; it stays")
    return found


def _named(table: str, row: Row, references: Mapping[str, Iterable[tuple[str, str]]]) -> Iterator[Key]:
    for column, parent in references.get(table, ()):
        if row.get(column) is not None:
            yield parent, row[column]
    if "about" in row and row["about"] in _ABOUT:
        yield _ABOUT[row["about"]], row["target"]
    if table == "framework_cell" and row["kind"] == RowKind.CASE:
        yield "cases", row["row"]


_ABOUT = {"coding": "coding", "document": "document", "code": "code", "case": "cases", "memo": "memo"}


def _noun(table: str) -> str:
    return {"cases": "case", "item_set": "set"}.get(table, table.replace("_", " "))
