import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import CodingError, MalformedFile, TooLarge
from coder.formats import read, web_page
from coder.model import DocumentKind, TurnKind
from tests.formats.marked_files import as_html
from tests.formats.test_readers import check


def page(html):
    return read("x.html", html.encode())


def outline(html):
    reading = page(html)
    return [(turn.kind.value, turn.level, turn.span.of(reading.text)) for turn in reading.turns]


def words(html):
    return page(html).text


NOSCRIBE = (
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.0//EN"><html><head><meta charset="UTF-8" /><style>p {}</style></head>'
    '<body><div><p style="font-weight: 600" >Quay</p><p ><span>Transcribed with noScribe vers. 0.7<br />Audio file: a'
    '</span></p><p ><a name="ts_0_900_" >(1 second pause) </a></p><p></p>'
    '<p ><a name="ts_1200_2300_S01" >S01: <span>[00:00:01]</span> Who walks?</a><a name="ts_2300_2500_S01" > (..)</a>'
    '<a name="ts_2500_2700_//S00" > //S00: Me.</a><a name="ts_2600_3010_S01" >// Who more?</a></p>'
    '<p ><a name="ts_3100_4000_S00" >S00: <span>[00:00:03]</span> Nobody.</a></p>'
    '<p ><a name="ts_4100_5000_S01" >S01: <span>[00:00:04]</span> So.</a></p></div></body></html>'
)


def test_noscribe_has_its_speakers_and_the_times_of_its_anchors():
    reading = page(NOSCRIBE)
    assert [
        (turn.speaker, turn.start_ms, turn.end_ms, turn.span.of(reading.text))
        for turn in reading.turns
        if turn.kind is TurnKind.SPEECH
    ] == [
        ("S01", 1200, 3010, "Who walks? (..) //S00: Me.// Who more?"),
        ("S00", 3100, 4000, "Nobody."),
        ("S01", 4100, 5000, "So."),
    ]
    as_text = read("x.txt", reading.text.encode())
    assert [(turn.kind, turn.span, turn.speaker) for turn in as_text.turns if turn.speaker] == [
        (turn.kind, turn.span, turn.speaker) for turn in reading.turns if turn.speaker
    ]


def test_noscribe_without_speakers_has_turns_with_times():
    reading = page('<p>Title</p><p><a name="ts_5_90_">One two.</a></p><p><a name="ts_95_120_">Three.</a></p>')
    assert [(turn.kind.value, turn.start_ms, turn.end_ms) for turn in reading.turns[-2:]] == [
        ("speech", 5, 90),
        ("speech", 95, 120),
    ]
    assert reading.kind is DocumentKind.INTERVIEW


def test_headings_lists_and_tables_are_what_they_are():
    assert outline(
        "<h1>Notes</h1><h2>First</h2><ul><li>One<li><p>Two</p></ul>"
        "<table><tr><th>a<th>b<tr><td>c<br>d<td><p>e</p><p>f</p></table>After"
    ) == [
        ("heading", 1, "Notes"),
        ("heading", 2, "First"),
        *(("paragraph", 0, text) for text in ("One", "Two", "a\tb", "c d\te f", "After")),
    ]


def test_a_table_for_layout_is_no_table():
    inner = "<table><tr><td>a</td><td>b</td></tr></table>"
    found = outline(f"<table><tr><td><h1>Top</h1><p>One.</p>{inner}<p>Two.</p></td></tr></table><p>Three.</p>")
    assert [text for _, _, text in found] == ["Top", "One.", "a\tb", "Two.", "Three."]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a &lt;b&gt; &amp;amp; &#39;c&#x27; &auml;</p>", "a <b> &amp; 'c' ä"),
        ("<p> a\n  b <i> c</i>&nbsp; d <br> e</p>", "a b c  d \ne"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<pre>\na\n  b\n\nc</pre>", "a\n  b\n\nc"),
        ("a<script>if (a < b) x('<p>')</script>b<style>p</style><!-- c --> -- <!--[if x]>d<![endif]-->e", "ab -- e"),
        ("<head><title>t</title><meta name=a content='>'></head><p title='a > b' data-x=\"<b>\">c", "c"),
        ("<p>1 < 2 and 3 <4</p>", "1 < 2 and 3 <4"),
        ("<p>don<b>'</b>t</p don't><p>x</p>", "don't\n\nx"),
        ("Words without tags.\nAnd more.", "Words without tags. And more."),
        ("<svg><title>no</title></svg><select><option>no</select>yes", "yes"),
    ],
)
def test_words_are_those_that_a_browser_shows(html, text):
    assert words(html) == text


@pytest.mark.parametrize("strong", ["<b>%s</b>", "<strong>%s</strong>", "<span style='font-weight: 700'>%s</span>"])
def test_bold_names_without_colons_speak(strong):
    said = (("Ann", "Who?"), ("P4", "A nurse."), ("Ann", "So?"), ("P4", "Yes."))
    assert page("".join(f"<p>{strong % name} {text}</p>" for name, text in said)).speakers == ("Ann", "P4")


def test_bold_ends_where_its_paragraph_does_and_where_it_is_made_light():
    light = '<p><b style="font-weight:normal">Not a heading.</b></p>'
    assert outline(f"<p><b>Title</p><p>Words.</p>{light}") == [
        ("heading", 3, "Title"),
        ("paragraph", 0, "Words."),
        ("paragraph", 0, "Not a heading."),
    ]


def test_what_is_left_out_is_told():
    reading = page("<p>We met <del>once</del><ins>twice</ins>.</p><iframe src=x></iframe>")
    assert reading.text == "We met twice."
    assert reading.warnings == ("deleted passages were left out: 1", "embedded pages were left out: 1")


@pytest.mark.parametrize("html", ["<p>One.\n<script>x", "<p>One.\n<p title='x>Two.", "<p>One.\n<p "])
def test_what_is_never_closed_is_told(html):
    reading = page(html)
    assert reading.text == "One."
    assert reading.warnings[0].startswith("line 2: ")
    assert "was not read" in reading.warnings[0]


@pytest.mark.parametrize(
    ("charset", "text"),
    [("iso-8859-1", "“ääni”"), ("windows-1251", "При"), ("shift_jis", "今日は"), ("iso-2022-jp", "今")],
)
def test_a_page_is_read_in_the_encoding_that_it_names(charset, text):
    codec = "cp1252" if charset == "iso-8859-1" else charset
    content = f"<meta http-equiv=x content='text/html; charset={charset}'><p>{text}</p>".encode(codec)
    assert read("x.htm", content).text == text


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-8", "rot13", "unknown-8"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_page_in_unicode_that_names_another_encoding_is_in_unicode(codec, charset):
    assert read("x.html", f"<meta charset={charset}><p>ääni</p>".encode(codec)).text == "ääni"


@pytest.mark.parametrize("html", ["<p></p>", "<script>x</script>", "<title>x</title>", "<!-- x -->"])
def test_a_page_without_words_is_refused(html):
    with pytest.raises(MalformedFile, match="holds no text"):
        page(html)


@pytest.mark.parametrize("tag", ["<div>", "<b>", "<p><i>", "<table><tr><td>", "<ul><li>", "<a name=ts_1_2_>", "<pre>"])
def test_tags_nested_without_end_are_read(tag):
    check(page(f"{tag}a " * 3_000))


def test_limits_hold(monkeypatch):
    monkeypatch.setattr(web_page, "_MAX_TAGS", 3)
    with pytest.raises(TooLarge, match="more than 3 tags; split it"):
        page("<p>a</p><p>b</p>")


@given(st.lists(st.text(st.characters(exclude_categories=["C"]) | st.sampled_from("\n\t :<>&;'\"/")), max_size=6))
def test_any_words_are_read_or_refused(paragraphs):
    try:
        check(read("x.html", as_html(*(text for text in paragraphs if not text.startswith("**")))))
    except CodingError as error:
        assert str(error)


PARTS = ["<p>", "</p>", "<b>", "</b>", "<li>", "<tr>", "<td>", "</table>", "<table>", "<br>", "<pre>", "</div>", "<h2>"]


@given(
    st.lists(st.sampled_from([*PARTS, "a", " b ", "<a name='ts_1_2_A'>", "A: ", "</a>", "</tr>", "</li>"]), max_size=40)
)
def test_tags_in_any_order_lose_no_word(parts):
    html = "".join(parts)
    try:
        reading = page(html or "x")
    except MalformedFile:
        assert not set(parts) & {"a", " b "}
        return
    check(reading)
    letters = "".join(part for part in parts if not part.startswith("<")) or "x" * (not html)
    assert "".join(reading.text.split()) == "".join(letters.split())


def test_what_stands_around_the_words_is_nobodys_speech():
    page = (
        '<nav>Home</nav><div title="header"><p>Study, confidential</p></div><p>Ida: So.</p><p>Bo: Well.</p>'
        '<p>Ida: Good.</p><p>Bo: Bye.</p><div title="footer"><p>Page 1</p></div><footer>Ward 3</footer>'
    )
    kinds = [turn.kind for turn in read("x.html", page.encode()).turns]
    assert kinds == [TurnKind.HEADER] * 2 + [TurnKind.SPEECH] * 4 + [TurnKind.FOOTER] * 2
