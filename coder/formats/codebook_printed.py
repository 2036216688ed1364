"""What a printed codebook says, whatever it is printed as."""

from __future__ import annotations

from coder.model import Code, Codebook, CodeStatus

EXAMPLES, COUNTER_EXAMPLES = "Examples", "Counter-examples"


def facts(codebook: Codebook) -> list[tuple[str, str]]:
    """What stands on the title page: name of the fact, and the fact."""
    codable = sum(code.codable for code in codebook.codes)
    retired = sum(code.status is CodeStatus.RETIRED for code in codebook.codes)
    found = {
        "Version": codebook.version,
        "Authors": ", ".join(codebook.authors),
        "Licence": codebook.licence,
        "Language": codebook.language,
        "Codes": f"{codable}, {retired} of them retired" if retired else str(codable),
    }
    return [(name, fact) for name, fact in found.items() if fact]


def kind(code: Code) -> str:
    """What a coder has to know before reading the definition; empty for a usual code without a key."""
    found = [] if code.codable else ["groups the codes below it"]
    found += [f"key {code.key}"] if code.key else []
    found += ["retired: takes no new codings"] if code.status is CodeStatus.RETIRED else []
    return " · ".join(found)


def paragraphs(code: Code) -> list[tuple[str, str]]:
    """Heading and text of each field that says something; the brief definition stands by itself."""
    found = {
        "Definition": code.definition,
        "When to use": code.when_to_use,
        "When not to use": code.when_not_to_use,
        "Memo": code.memo,
    }
    return [(name, text) for name, text in found.items() if text.strip()]


def lists(code: Code) -> list[tuple[str, tuple[str, ...]]]:
    """Heading and items of each list that is not empty."""
    found = {EXAMPLES: code.examples, COUNTER_EXAMPLES: code.counter_examples}
    return [(name, items) for name, items in found.items() if items]
