"""Every reader over broken files: only our own errors, and work and memory that grow no faster than the file."""

import cProfile
import json
import tracemalloc
import zipfile
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from coder.errors import CodingError, UnreadableFile
from coder.formats import READERS, read
from tests.formats import pdf_files
from tests.formats.test_readers import PIECES, SAMPLES, SMALLEST, check
from tests.formats.word_files import DOCUMENTS, made

LONGEST = 20_000
"""Bytes of a broken file: enough for every rule of a reader to meet every other."""

FIXTURES = {suffix: [content] for suffix, content in SMALLEST.items()}
for path in SAMPLES:
    FIXTURES[path.suffix].append(path.read_bytes())
FIXTURES[".docx"].extend(DOCUMENTS.values())
ALL = [content for contents in FIXTURES.values() for content in contents]
TOKENS = [
    *(b"\n", b"\n\n", b"\r", b"\t", b"  ", b":", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b"<", b">", b"&", b"|"),
    *(b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc2\x85", b"\xe2\x80\xa8", b"\x15", b"\\ud800", b"1e999", b"null"),
    *(b"00:00:01,000 --> 00:00:02,000\n", b"<v A>", b"[00:01] ", b"#00:00:01-2#", b"A: ", b"**", b"# ", b"NOTE\n"),
    *(b"*ABC:\t", b"%mor:\t", b"@G:\t", b"\x151_2\x15", b"<p>", b"</p>", b"<span class='timestamp'>", b"2021-02-03"),
    *(b"<table><tr><td>", b"</table>", b"<script>", b"<!--", b"<pre>", b"<a name='ts_1_2_A'>", b"&#55296;", b"='"),
    *(b"\\par ", b"\\cell ", b"\\row ", b"\\u-10179?", b"\\'", b"{\\*\\x ", b"\\bin99 ", b"\\ansicpg932 ", b"\\b"),
]

places = st.floats(0, 1, exclude_max=True)
changes = st.one_of(
    st.tuples(st.just("end"), places),
    st.tuples(st.just("byte"), places, st.integers(0, 255)),
    st.tuples(st.just("without"), places, st.integers(1, 300)),
    st.tuples(st.just("twice"), places, st.integers(1, 300), st.sampled_from([2, 9, 60])),
    st.tuples(st.just("token"), places, st.sampled_from(TOKENS), st.sampled_from([1, 2, 9, 500])),
    st.tuples(st.just("splice"), places, st.sampled_from(ALL), places, st.integers(1, 300)),
)


def changed(content, change):
    """The content after one change; places are shares of its length."""
    kind, place, *more = change
    at = int(place * len(content))
    before, after = content[:at], content[at:]
    if kind == "end":
        return before
    if kind == "byte":
        return before + bytes([more[0]]) + after[1:]
    if kind == "without":
        return before + after[more[0] :]
    if kind == "twice":
        length, times = more
        return before + after[:length] * times + after
    if kind == "token":
        token, times = more
        return before + token * times + after
    other, there, length = more
    begin = int(there * len(other))
    return before + other[begin : begin + length] + after


def broken(content, those, member):
    """The content with changes; in a zip they are made in one of its members, since else only the zip is broken."""
    if content.startswith(b"PK\x03\x04") and member is not None:
        archive = zipfile.ZipFile(BytesIO(content))
        names = [name for name in archive.namelist() if name.endswith(".xml")]
        chosen = names[int(member * len(names))]
        made_anew = BytesIO()
        with zipfile.ZipFile(made_anew, "w") as anew:
            for name in archive.namelist():
                whole = archive.read(name)
                anew.writestr(name, broken(whole, those, None) if name == chosen else whole)
        return made_anew.getvalue()
    for change in those:
        content = changed(content, change)[:LONGEST]
    return content


@pytest.mark.parametrize("suffix", READERS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_broken_file_is_read_or_refused_in_words(suffix, data):
    whole = data.draw(st.sampled_from(FIXTURES[suffix]))
    content = broken(whole, data.draw(st.lists(changes, min_size=1, max_size=5)), data.draw(st.none() | places))
    try:
        reading = read(f"x{suffix}", content)
    except UnreadableFile as error:
        assert str(error)
    else:
        check(reading)
        assert reading.text.encode("utf-8")


def cues(parts):
    """Lines of subtitles, one a second, without end."""
    for second, part in enumerate(parts):
        clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
        yield f"{second + 1}\n{clock}.000 --> {clock}.900\n{part}\n\n"


def segments(parts):
    words = [{"word": "a", "start": 1, "speaker": "A"}, {"word": "b", "speaker": "B"}]
    listed = [{"start": n, "end": n + 1, "text": part, "speaker": "AB"[n % 2]} for n, part in enumerate(parts)]
    return json.dumps({"segments": [*listed, {"text": "a b", "words": words * len(listed)}]})


def tiers(parts):
    """Each part said, and noted on twice."""
    slots = "".join(f'<TIME_SLOT TIME_SLOT_ID="t{n}" TIME_VALUE="{n}"/>' for n in range(len(parts) + 1))
    said, noted = [], []
    for number, part in enumerate(parts):
        value = f"<ANNOTATION_VALUE><![CDATA[{part}]]></ANNOTATION_VALUE>"
        times = f'TIME_SLOT_REF1="t{number}" TIME_SLOT_REF2="t{number + 1}"'
        said.append(f'<ALIGNABLE_ANNOTATION ANNOTATION_ID="a{number}" {times}>{value}</ALIGNABLE_ANNOTATION>')
        before = f"n{number - 1}" if number else "a0"
        noted.append(f'<REF_ANNOTATION ANNOTATION_ID="n{number}" ANNOTATION_REF="{before}">{value}</REF_ANNOTATION>')
    return (
        f'<ANNOTATION_DOCUMENT>{slots}<TIER TIER_ID="A">{"".join(said)}</TIER>'
        f'<TIER TIER_ID="B" PARENT_REF="A">{"".join(noted)}</TIER></ANNOTATION_DOCUMENT>'
    )


def printed(parts):
    return pdf_files.made("".join(parts).encode("ascii", "replace").decode()).decode()


LONG = {
    ".txt": "".join,
    ".md": "".join,
    ".markdown": "".join,
    ".rtf": lambda parts: rf"{{\rtf1 Hi.\par {''.join(parts)}",
    ".html": lambda parts: "<p>Hi.</p>" + "".join(parts),
    ".htm": lambda parts: "Hi.<pre>" + "".join(parts),
    ".vtt": lambda parts: "WEBVTT\n\n" + "".join(cues(parts)),
    ".srt": lambda parts: "".join(cues(parts)),
    ".json": segments,
    ".otr": lambda parts: json.dumps({"text": "<p>Hi.</p>" + "".join(parts)}),
    ".cha": lambda parts: "*ANN:\tHi.\n" + "".join(parts),
    ".eaf": tiers,
    ".pdf": printed,
}
"""How a long file of each kind is put together from parts."""

MARKUP = st.sampled_from(["<p>", "</p>", "<br>", "<b>", "<", ">", "&amp;", '<span data-timestamp="1">0:01</span>'])
TAGS = st.sampled_from(["<div>", "<li>", "<td>", "<tr>", "<table>", "</table>", "<script>", "<!--", "<a name=ts_1_2_>"])
RICH = st.sampled_from(["\\par ", "\\b ", "{", "}", "\\'e4", "\\u228?", "\\cell ", "\\row ", "{\\*\\x ", "\\intbl "])
CHAT = st.sampled_from(["*ANN:\t", "\t", "%com:\t", "@G:\t", "\x151_2\x15", "\x15", "•3_4•", "\n", "\n*BEN:\twords"])


def effort(suffix, content):
    """Calls made, by Python and by its built-in functions, and bytes of memory used, to read a file."""
    # What is loaded or compiled when first needed is no effort of this file.
    with suppress(CodingError):
        read(f"x{suffix}", content)
    profile = cProfile.Profile()
    tracemalloc.start()
    profile.enable()
    try:
        read(f"x{suffix}", content)
    except CodingError:
        pass
    finally:
        profile.disable()
        _, memory = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return sum(entry.callcount for entry in profile.getstats()), memory


@pytest.mark.parametrize("suffix", LONG)
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(parts=st.lists(PIECES | MARKUP | TAGS | RICH | CHAT, min_size=1, max_size=6))
@example(parts=["Anna: words and words. ", "\n"])
def test_a_file_of_four_times_the_size_takes_about_four_times_the_work(suffix, parts):
    short, long = (LONG[suffix](parts * times).encode("utf-8", "replace") for times in (50, 200))
    (calls, memory), (more_calls, more_memory) = effort(suffix, short), effort(suffix, long)
    # What does not grow with the file, such as a pattern compiled, is in neither.
    assert more_calls <= 6 * calls + 5_000
    assert more_memory <= 6 * memory + 300_000


def test_a_long_word_document_takes_no_more_than_its_share_of_work():
    short, long = (made(*["Anna: So it is.", "**Ben** Well."] * times) for times in (50, 200))
    assert effort(".docx", long)[0] <= 6 * effort(".docx", short)[0]
