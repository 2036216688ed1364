import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import MalformedFile
from coder.formats.decoding import characters, decode

FINNISH = "Äiti sanoi, että päivä oli pitkä. Yö oli kylmä.\n"
FRENCH = "Elle a dit : « c’est l’été à Nîmes », déjà.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_without_a_warning(encoding):
    assert decode(FINNISH.encode(encoding)) == (FINNISH, [])


@pytest.mark.parametrize(("text", "encoding"), [(FINNISH, "latin-1"), (FINNISH, "cp1252"), (FRENCH, "cp1252")])
@pytest.mark.parametrize("times", [1, 500])
def test_an_old_western_encoding_is_read_and_named(text, encoding, times):
    decoded, warnings = decode(("An ordinary line.\n" + text * times).encode(encoding))
    assert decoded == "An ordinary line.\n" + text * times
    assert warnings[0].startswith("line 2: not UTF-8; read as Windows-1252")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Привет, как дела? Мы говорили о работе. ", "cp1251"),
        ("Zażółć gęślą jaźń, proszę państwa, dziękuję. ", "cp1250"),
    ],
)
def test_another_old_encoding_is_guessed_and_named(text, encoding):
    decoded, warnings = decode((text * 20).encode(encoding))
    assert decoded == text * 20
    assert encoding in warnings[0]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [FINNISH, "Äiti: hyvä 😀\nIsä: niin, Āris\n"])
def test_unmarked_utf16_is_read_with_a_warning(text, encoding):
    decoded, warnings = decode(text.encode(encoding))
    assert decoded == text
    assert "UTF-16" in warnings[0]


def test_a_few_broken_letters_do_not_change_the_encoding():
    decoded, warnings = decode(FINNISH.encode() * 5 + b"br\xffken\n")
    assert decoded.endswith("br\ufffdken\n")
    assert warnings == ["line 6: 1 broken UTF-8 characters (the first here) are shown as \ufffd"]


def test_line_ends_become_one_kind():
    assert decode(b"a\r\nb\rc\n")[0] == "a\nb\nc\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"\xef\xbb\xbf\n", "no text"),
        (b"\xff\xfea", "line 1: begins like UTF-16"),
        (b"%PDF-1.4 ...", "looks like a PDF file"),
        (b"PK\x03\x04....", "ZIP, Word or Excel"),
        (b"\xd0\xcf\x11\xe0....", "Word 97-2003"),
        (b"{\\rtf1 x}", "looks like a RTF file"),
        (b"\x89PNG\r\n", "PNG"),
        (b"\0\0\0 ftypM4A ", "M4A"),
        (b"MZ\0\0", "Windows program"),
        (b"abc\0def", "zero bytes"),
        (bytes(range(128, 256)) + bytes(range(1, 32)) * 4, "binary"),
    ],
)
def test_what_is_no_text_is_refused_in_words(content, words):
    with pytest.raises(MalformedFile) as caught:
        decode(content)
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["MZ said hello", "RIFFS are fine, they said", "ID3 was not there"])
def test_a_text_that_begins_like_something_else_is_still_a_text(text):
    assert decode(text.encode()) == (text, [])


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0")))
def test_utf8_is_read_letter_by_letter(text):
    text = "a" + text
    assert decode(text.encode()) == (text, [])


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_refused(content):
    try:
        text, _ = decode(content)
    except MalformedFile as error:
        assert str(error)
        return
    assert text.strip()
    assert "\r" not in text
    assert not text.startswith("\ufeff")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a&#39;b", "a'b"),
        ("&quot;&amp;&eacute;", '"&é'),
        ("&#13;&#27;&#10;&nope;", "&#13;&#27;&#10;&nope;"),
        ("a & b;", "a & b;"),
    ],
)
def test_character_references_are_replaced_where_they_mean_a_character(text, meant):
    assert characters(text) == meant
