"""From a folder of transcripts to tables in one sitting: the real app in a real Chromium."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from walking import App, Arrival, Researcher

from coder.model import Coding, Origin, Outcome
from coder.model.choices import Measure
from coder.workflow import tables
from coder.workflow.cases import add_attribute, add_case, set_value
from coder.workflow.codebooks import add_code
from coder.workflow.codings import code_span, import_codings, write_memo
from coder.workflow.documents import Source, change_document, import_documents
from coder.workflow.projects import create_project, open_project, shipped

# Long walks through a live server on a machine of any speed: a wait that ran out is tried again before it counts.
pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=2)]

CORPUS = shipped("corpora") / "learning-networks"
CASES = ("Kartano", "Terästie", "Satama", "Verso", "Kide")
READ = {".csv": pd.read_csv, ".xlsx": pd.read_excel, ".parquet": pd.read_parquet}


@pytest.fixture
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app of one's own: a new tab opens the project that was opened last."""
    running = App(tmp_path_factory.mktemp("home"))
    running.start()
    yield running
    running.kill()


def corpus() -> list[Path]:
    """The documents of the five invented networks, network by network."""
    listed = list(csv.DictReader(io.StringIO((CORPUS / "documents.csv").read_text("utf-8"))))
    found = {path.name: path for path in CORPUS.rglob("*")}
    return [found[row["document"]] for row in listed]


def create(who: Researcher, title: str, codebook: str | None = None) -> None:
    who.sees("Start a project").at_rest()
    who.fill("Title", title).fill("Your name, as it stands beside your codings", "Maija")
    if codebook is not None:
        who.choose("Codebook to begin with", codebook)
    who.click("Create project")
    who.page.get_by_role("heading", name=title, level=1).wait_for()
    who.study = "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())


def bring_in(who: Researcher, files: list[Path]) -> None:
    who.visit("Documents", "Documents and cases").upload(files)
    who.click(f"Bring in {len(files)} files")


def put_into_cases(who: Researcher) -> None:
    """A table of cases, four documents into each of them at once, and one value corrected in its cell."""
    who.view("Cases")
    who.click("Load a table").upload([CORPUS / "cases.csv"]).told("Loaded cases.csv").sees("5 cases")
    region = 4  # After the check box, the case, folder and sector.
    who.write(0, region, "Häme").told("Changed region of Kartano")
    who.view("Documents")
    for number, case in enumerate(CASES):
        for chosen in range(4):
            # One at a time: a click is lost on a table that is being drawn anew for the one before.
            who.tick(4 * number + chosen).sees(f"{chosen + 1} chosen")
        who.at_rest().click("Put in cases")
        who.choose("The chosen documents belong to", case).click("Put them there")
        who.told(f"Put 4 documents in {case}")


def import_as_maija(who: Researcher) -> None:
    """Maija brings codings along, so that there is something to learn from."""
    rows = list(csv.DictReader(io.StringIO((CORPUS / "codings.csv").read_text("utf-8"))))
    content = io.StringIO()
    writer = csv.DictWriter(content, rows[0].keys())
    writer.writeheader()
    writer.writerows({**row, "coder": "Maija"} for row in rows if row["coder"].startswith("Aino"))
    with who.project() as project:
        maija = project.coder_named("Maija").id
        report = import_codings(project, "codings.csv", content.getvalue().encode(), coder=maija)
        assert report.refused == ()


def newest(who: Researcher, before: set[str]) -> Coding:
    (made,) = [coding for coding in who.codings() if coding.id not in before]
    return made


def code_by_hand(who: Researcher) -> None:
    """By mouse and by key, with a memo, another extent, undone and done again."""
    row = who.page.locator(".rt-row", has_text="Because at night you can hear")
    here = int(row.get_attribute("data-row") or -1)
    before = {coding.id for coding in who.codings()}
    who.drag(here, "night you can hear.")
    who.click("Choose a code")
    who.page.keyboard.type("employees take")
    who.press("Enter").saved()
    by_mouse = newest(who, before)
    assert (by_mouse.quotation, who.name_of(by_mouse.code)) == ("night you can hear.", "Employees take part")
    assert by_mouse.origin is Origin.HAND

    who.press("Escape").go(here).press("v", "1", "Escape").saved()
    by_key = newest(who, before | {by_mouse.id})
    assert who.name_of(by_key.code) == "Staged transfer"
    assert by_key.quotation == who.row(here).locator(".rt-text").inner_text()

    who.row(here).locator(".rt-name", has_text="Employees take part").click()
    editor = who.page.get_by_role("dialog", name="Coding: Who takes part / Employees take part")
    editor.get_by_role("button", name="Start one word earlier").click()
    editor.get_by_role("button", name="Keep this extent").click()
    who.saved()
    editor.get_by_role("textbox", name="Memo").fill("Who hears = who knows")
    editor.get_by_role("button", name="Close").click()
    who.saved()
    assert newest(who, before | {by_key.id}).quotation == "at night you can hear."
    with who.project() as project:
        assert [memo.text for memo in project.memos(about="coding", target=by_mouse.id)] == ["Who hears = who knows"]

    who.go(here).press("3").saved()
    assert len(who.codings()) == len(before) + 3
    who.press("Control+z").saved()
    assert len(who.codings()) == len(before) + 2
    who.press("Control+Shift+z").saved()
    who.press("Control+z").saved()
    assert {coding.id for coding in who.codings()} == before | {by_mouse.id, by_key.id}


def decide_on_suggestions(who: Researcher) -> None:
    """Wait until the assistant has learned, look at the evidence, take one and refuse one."""
    who.page.locator(".rt-offer").first.wait_for(timeout=180_000)
    before = {coding.id for coding in who.codings()}
    who.press("s").waits("document.querySelector('.rt-current .rt-picked') !== null")
    here = who.current()
    offered = who.page.locator(".rt-current .rt-picked .rt-label").inner_text()
    why = who.page.get_by_role("complementary", name="Why this suggestion")
    why.get_by_text("Most like what was coded so").wait_for()
    who.press("a").saved()
    taken = newest(who, before)
    assert (who.name_of(taken.code), taken.origin) == (offered, Origin.SUGGESTION)
    assert taken.score is not None
    assert offered in who.names(here)
    who.press("j", "s").waits("document.querySelector('.rt-current .rt-picked') !== null")
    unwanted = who.page.locator(".rt-current .rt-picked .rt-label").inner_text()
    who.press("x").saved()
    with who.project() as project:
        decisions = {decision.outcome: who.name_of(decision.code) for decision in project.decisions()}
    assert decisions == {Outcome.TAKEN: offered, Outcome.REFUSED: unwanted}


def quotations_to_files(who: Researcher, folder: Path) -> None:
    """Narrow them to one family of codes, and read back what each button gives."""
    who.visit("Quotations", "Quotations").choose("Codes", "Who takes part")
    with who.project() as project:
        family = project.codebook().at("Who takes part").id
        expected = tables.quotations(project, tables.Filters(codes=[family]))
        branch = set(project.codebook().branch(family))
        stored = {coding.id: coding for coding in project.codings() if coding.code in branch}
        maija = project.coder_named("Maija").name
    assert set(expected["coding id"]) == set(stored)
    who.sees(f"{len(stored)} quotations from")
    for name, suffix in (("CSV", ".csv"), ("Excel", ".xlsx"), ("Parquet", ".parquet")):
        frame = READ[suffix](who.download(name, folder))
        assert list(frame.columns) == list(expected.columns)
        assert set(frame["coding id"]) == set(stored)
        for row in frame.to_dict("records"):
            coding = stored[row["coding id"]]
            assert (row["start"], row["end"]) == (coding.span.start, coding.span.end)
            # A text that looks like a formula carries an apostrophe in CSV.
            assert row["quotation"].removeprefix("'") == coding.quotation
            assert (row["coder"], row["project"]) == (maija, "Five networks")
            assert row["case"] in CASES
        mine = frame[frame["quotation"] == "at night you can hear."].iloc[0]
        assert (mine["memo"], mine["case"], mine["case: region"]) == ("Who hears = who knows", "Kartano", "Häme")
        assert (mine["code path"], mine["speaker"]) == ("Who takes part / Employees take part", "Päivi")


def compared_to_file(who: Researcher, folder: Path) -> None:
    who.visit("Compare", "Compare cases")
    path = who.download("Excel", folder)
    with who.project() as project:
        for measure in Measure:
            expected = tables.compared(project, tables.Question(measure=measure)).astype(float)
            sheet = measure.value.replace("/", " ")[:31]
            found = pd.read_excel(path, sheet_name=sheet, index_col=0)
            assert list(found.index) == list(CASES)
            pd.testing.assert_frame_equal(found.astype(float), expected, check_dtype=False, check_names=False)


def down_to_the_transcript(who: Researcher) -> str:
    """From a cell to its quotations to the place of one; the address of that place."""
    who.cell(0, -20)
    who.sees("Kide: Paths of a practice / Staged transfer").at_rest()
    with who.project() as project:
        frame = tables.quotations(project)
    behind = frame[(frame["case"] == "Kide") & (frame["code path"] == "Paths of a practice / Staged transfer")]
    who.sees(f"{len(behind)} quotations from")
    who.page.get_by_role("button", name="Read it in its place").first.click()
    who.ready()
    first = behind.iloc[0]
    who.page.locator(".rt-current", has_text=" ".join(first["quotation"].split()[:8])).wait_for()
    who.waits("new URL(location).searchParams.has('position')")
    address = parse_qs(urlsplit(who.page.url).query)
    assert address["document"] == [first["document id"]]
    with who.project() as project:
        passage = next(s for s in project.segments(first["document id"]) if s.span.end > first["start"])
    assert passage.span.start <= int(address["position"][0]) <= first["start"]
    return who.page.url


def test_from_a_folder_of_transcripts_to_tables_in_one_sitting(arrive: Arrival, app: App, tmp_path: Path) -> None:
    who = arrive()
    create(who, "Five networks", "diffusion-and-cocreation")
    assert (app.studies / "five-networks.redthread").exists()

    bring_in(who, corpus())
    who.sees("20 files read, 0 refused").sees("20 documents, ").at_rest()
    with who.project() as project:
        assert [document.name for document in project.documents()] == [path.name for path in corpus()]
    who.click("Put this report away")
    put_into_cases(who)
    with who.project() as project:
        assert len(project.memberships()) == 20
        assert {case.name: case.values["region"] for case in project.cases()}["Kartano"] == "Häme"

    who.cell(0, 70).ready()
    code_by_hand(who)
    import_as_maija(who)
    decide_on_suggestions(who)
    quotations_to_files(who, tmp_path)
    compared_to_file(who, tmp_path)
    place = down_to_the_transcript(who)

    beside = arrive(place.removeprefix(app.address + "/"), beside=who).ready()
    there = who.page.locator(".rt-current").inner_text()
    assert beside.page.locator(".rt-current").inner_text() == there

    dark = arrive(place.removeprefix(app.address + "/"), study=who.study, theme="dark").ready()
    assert dark.page.locator(".rt.rt-dark").count() == 1
    background = dark.page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert max(int(part) for part in background.removeprefix("rgb(").removesuffix(")").split(",")) < 60
    with open_project(who.path) as project:
        assert project.verify() == []


def test_bad_files_are_told_with_their_reason_and_the_others_are_read(arrive: Arrival, tmp_path: Path) -> None:
    formula = "=1+1 <img src=x onerror='window.ran = 2'>"
    talk = f"Aino: <script>window.ran = 1</script> stood there.\n\nLeena: {formula}\n\nAino: Yes.\n\nLeena: No.\n"
    good = {
        "good.txt": "Aino: We began together.\n\nLeena: There was no time.\n",
        "<img src=x onerror=window.ran=3>.txt": talk,
        "**bold** <b>notes.md": "# Notes\n\n- We :red[decided] on $x$ and [more](http://elsewhere.example).\n",
        "good.vtt": "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n<v Aino>Hello from the network.\n",
    }
    bad = {
        "binary.txt": bytes(range(256)) * 20,
        "empty.md": b"",
        "broken.docx": b"PK\x03\x04 no archive",
        "arrows.vtt": b"WEBVTT\n\n00:00:01.000 00:00:04.000\nHello.\n",
    }
    for name, text in good.items():
        (tmp_path / name).write_text(text)
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)

    who = arrive()
    create(who, "Bad files", "patient-experience")
    bring_in(who, [tmp_path / name for pair in zip(bad, good, strict=True) for name in pair])
    who.sees("4 files read, 4 refused").at_rest()
    reasons = who.page.get_by_test_id("stAlert").get_by_role("listitem").all_inner_texts()
    assert [reason.split(": ")[0] for reason in reasons] == list(bad)
    for reason, words in zip(reasons, ("text", "empty", "Word", "line 3"), strict=True):
        assert words in reason
    with who.project() as project:
        assert [document.name for document in project.documents()] == list(good)
        assert project.verify() == []

    who.cell(1, 70, nth=1).ready()
    assert "<script>window.ran = 1</script> stood there" in who.page.locator(".rt-scroll").inner_text()
    row = who.page.locator(".rt-row", has_text="=1+1")
    who.go(int(row.get_attribute("data-row") or -1)).press("v", "1", "Escape").saved()
    who.visit("Quotations", "Quotations").cell(0, 200)
    who.sees("<img src=x onerror=window.ran=3>.txt").sees("=1+1 <img src=x")
    frame = pd.read_csv(who.download("CSV", tmp_path))
    assert list(frame["quotation"]) == [f"'{formula}"]
    for title, heading in (("Compare", "Compare cases"), ("Codebook", "Codebook"), ("Project", "Bad files")):
        who.visit(title, heading)
    assert who.page.evaluate("window.ran") is None


MARKUP = "**b** :red[r] <i>i</i> $x^2$ `c` # h"
TURNED = ":material/rocket: :smile: a -> b <- c -- d >= e http://elsewhere.example www.elsewhere.example a@b.example"
HOSTILE = f"{MARKUP} [l](http://elsewhere.example) ![p](http://elsewhere.example/p.png) {TURNED}"
# What a reader of Markdown or HTML would have made of it.
MADE_OF_IT = """[...document.querySelectorAll("strong, b, em, i, code, span, a, img, .katex")].filter((found) =>
    found.matches(".katex, a[href*=elsewhere], a[href^=mailto], img[src*=elsewhere]") ||
    (found.childElementCount === 0 && ["b", "r", "i", "c", "l", "rocket"].includes(found.textContent))
).map((found) => found.outerHTML)"""


def hostile_study(path: Path) -> Path:
    """A study in which everything that a researcher can name is called like markup."""
    text = f"Aino: {HOSTILE} was said.\n\nLeena: No time.\n"
    with create_project(path, title=HOSTILE, coder=HOSTILE) as project:
        me = project.coders()[0].id
        case = add_case(project, HOSTILE, coder=me)
        add_attribute(project, HOSTILE, coder=me)
        set_value(project, case.id, HOSTILE, HOSTILE, coder=me)
        (report,) = import_documents(project, [Source("talk.txt", text.encode)], coder=me, case=case.id)
        assert report.document is not None
        change_document(project, report.document, name=HOSTILE.replace("/", "|"), coder=me)
        code = add_code(project, name=HOSTILE.replace("/", "|"), definition=HOSTILE, examples=(HOSTILE,), coder=me)
        coding = code_span(project, report.document, project.segments()[0].span, code.id, coder=me)
        write_memo(project, coding.id, HOSTILE, coder=me)
        add_code(project, name="Another " + HOSTILE.replace("/", "|"), coder=me)
    return path


def test_what_researchers_write_is_shown_as_they_wrote_it(arrive: Arrival, tmp_path: Path) -> None:
    who = arrive().sees("Start a project").at_rest()
    who.fill("Path of a project file", str(hostile_study(tmp_path / "hostile.redthread")))
    who.page.get_by_test_id("stFormSubmitButton").get_by_role("button", name="Open").click()
    who.page.get_by_role("heading", name=MARKUP, level=1).wait_for()

    def plainly() -> None:
        who.sees(MARKUP).at_rest()
        assert who.page.evaluate(MADE_OF_IT) == []
        shown = who.page.locator("body").inner_text()
        assert not any(made in shown for made in ("😄", "a → b", "b ← c", "c — d", "d ≥ e"))

    plainly()
    who.page.get_by_role("button", name="Undo").hover()
    who.page.get_by_test_id("stTooltipContent").get_by_text("**b**").wait_for()
    plainly()
    who.click("Undo").told("Taken back: add code Another **b**")
    plainly()
    who.visit("Documents", "Documents and cases").tick(0).sees("1 chosen")
    plainly()
    who.view("Cases").sees("1 case")
    plainly()
    who.visit("Codebook", "Codebook").cell(0, 200).sees("Examples")
    plainly()
    who.visit("Quotations", "Quotations").cell(0, 200).sees("Memo: **b**")
    plainly()
    who.visit("Compare", "Compare cases").cell(0, -20).sees("Read it in its place")
    plainly()
    who.visit("Code")
    plainly()
    who.visit("Suggestions", "Suggestions")
    plainly()
