from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from coder.cli import Form, Kind, app
from coder.formats import write_codebook
from coder.formats.transcripts import TRANSCRIPT_WRITERS
from coder.model import Code, Codebook, Span
from coder.model.choices import ExportKind
from coder.suggest.encoder import Encoder
from coder.workflow.assistant import Assistant
from coder.workflow.codings import code_span
from coder.workflow.projects import open_project, person

Run = Callable[..., Result]

TALK = "Aino: We began together.\n\nLeena: All nine homes?\n\nAino: Yes.\n\nLeena: Then there was no time.\n"
OTHER = "Kaisa: Was it so?\n\nPekka: No.\n\nKaisa: How, then?\n\nPekka: Otherwise.\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``redthread`` with these words in an empty folder."""
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    return lambda *words: runner.invoke(app, list(words))


@pytest.fixture
def study(run: Run, tmp_path: Path) -> Path:
    (tmp_path / "talk.txt").write_text(TALK)
    assert run("new", "study.redthread", "--coder", "Maija", "--codebook", "patient-experience").exit_code == 0
    assert run("import", "study.redthread", "talk.txt", "--case", "Kartano").exit_code == 0
    return tmp_path / "study.redthread"


def redthread(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from coder.cli import main; main()", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_help_tells_every_command_without_loading_what_it_does_not_need(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom coder.cli import main\nsys.argv = ['redthread', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    print('ended with', end.code)\n"
        "print(sorted({'pandas', 'numpy', 'torch', 'spacy', 'streamlit', 'sqlite_utils'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    *help_text, ended, heavy = found.stdout.splitlines()
    assert (ended, heavy) == ("ended with 0", "[]")
    for command in ("new", "import", "correct", "suggest", "export", "codebook", "verify", "demo", "ui"):
        assert any(line.split()[:1] == [command] for line in help_text), command


@pytest.mark.parametrize("words", [["dance"], ["new"], ["import", "a.redthread"], ["export", "a.redthread"]])
def test_a_command_that_makes_no_sense_ends_with_2(run: Run, words: list[str]) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert "Usage: " in result.stderr


def test_a_new_study_belongs_to_the_person_at_the_keyboard(run: Run, tmp_path: Path) -> None:
    result = run("new", "My study.redthread")
    assert result.exit_code == 0
    assert "Next: redthread import" in result.stdout
    with open_project(tmp_path / "My study.redthread") as project:
        assert (project.title, [coder.name for coder in project.coders()]) == ("My study", [person()])
        assert project.codebook().codes == ()


def test_blanks_are_no_title_and_no_name(run: Run, tmp_path: Path) -> None:
    assert run("new", "study.redthread", "--title", "  ", "--coder", " ").exit_code == 0
    with open_project(tmp_path / "study.redthread") as project:
        assert (project.title, project.coders()[0].name) == ("study", person())


def test_a_study_is_never_overwritten(run: Run, study: Path) -> None:
    before = study.read_bytes()
    result = run("new", "study.redthread")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is there already" in result.stderr
    assert study.read_bytes() == before


@pytest.mark.parametrize(("content", "words"), [(None, "neither a file nor one that"), (b"codes: [", "line")])
def test_a_study_with_a_codebook_that_cannot_be_read_is_not_made(
    run: Run, tmp_path: Path, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / "book.yaml").write_bytes(content)
    result = run("new", "study.redthread", "--codebook", "book.yaml")
    assert result.exit_code == 1
    assert words in result.stderr
    assert not (tmp_path / "study.redthread").exists()


def test_importing_says_what_was_understood_of_each_file(run: Run, study: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "two.txt").write_text(OTHER)
    result = run("import", "study.redthread", "talk.txt", "more", "--case", "kartano")
    assert result.exit_code == 0
    assert "talk.txt: already there" in result.stdout
    assert "two.txt: read: 7 words, 4 turns, speakers: Kaisa, Pekka" in result.stdout
    with open_project(study) as project:
        assert [case.name for case in project.cases()] == ["Kartano"]
        assert len(project.memberships()) == 2


def test_files_of_one_name_are_told_apart_by_their_folders(run: Run, study: Path, tmp_path: Path) -> None:
    for folder, text in (("autumn", TALK + "Aino: So."), ("spring", OTHER)):
        (tmp_path / "year" / folder).mkdir(parents=True)
        (tmp_path / "year" / folder / "talk.txt").write_text(text)
    (tmp_path / "year" / "spring" / "empty.txt").touch()
    expected = [
        "year/autumn/talk.txt: read",
        "    kept as talk (2).txt, for another document is named talk.txt",
        "year/spring/talk.txt: read",
        "    kept as talk (3).txt, for another document is named talk.txt",
        "3 files: 2 read, 1 refused",
    ]
    for preview in (["--preview"], []):
        result = run("import", "study.redthread", "year", *preview)
        assert [line.partition(": read:")[0] for line in result.stdout.splitlines()][:5] == [
            line.removesuffix(": read") for line in expected
        ]
        assert result.stderr == "empty.txt: refused: the file is empty\n"
    with open_project(study) as project:
        assert {document.name for document in project.documents()} == {"talk.txt", "talk (2).txt", "talk (3).txt"}


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").stdout == f"redthread {version('redthread')}\n"


def test_a_refused_file_is_said_with_exit_code_1_and_the_others_are_read(run: Run, study: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.docx").write_bytes(b"\x00\x01 no document")
    (tmp_path / "two.txt").write_text(OTHER)
    result = run("import", "study.redthread", "broken.docx", "nowhere.txt", "two.txt")
    assert result.exit_code == 1
    assert "broken.docx: refused: " in result.stderr
    assert "nowhere.txt: refused: there is no file or folder of this name" in result.stderr
    assert "two.txt: read" in result.stdout
    with open_project(study) as project:
        assert [document.name for document in project.documents()] == ["talk.txt", "two.txt"]


def test_who_imports_can_be_said(run: Run, study: Path) -> None:
    assert run("import", "study.redthread", "talk.txt", "--coder", "maija").exit_code == 0
    result = run("import", "study.redthread", "talk.txt", "--coder", "Nobody")
    assert result.exit_code == 1
    assert "no coder named 'Nobody' in this project; there are: Maija" in result.stderr


@pytest.fixture
def coded(study: Path) -> str:
    """The path of the code that the one coding of the study has."""
    with open_project(study) as project:
        codebook = project.codebook()
        code = next(code for _, code in codebook.walk() if code.takes_codings)
        document = project.documents()[0].id
        span = next(segment.span for segment in project.segments(document))
        code_span(project, document, span, code.id, coder=project.coders()[0].id)
        return codebook.path(code.id)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_quotations_are_exported_as_the_suffix_says(run: Run, tmp_path: Path, coded: str, suffix: str) -> None:
    result = run("export", "study.redthread", "--to", f"out{suffix}")
    assert result.exit_code == 0
    assert f"Wrote out{suffix}" in result.stdout
    read = {".csv": pd.read_csv, ".xlsx": pd.read_excel, ".parquet": pd.read_parquet}[suffix]
    frame = read(tmp_path / f"out{suffix}")
    assert list(frame["code path"]) == [coded]
    assert list(frame["quotation"]) == ["We began together."]


def test_cases_against_codes_are_exported(run: Run, tmp_path: Path, coded: str) -> None:
    assert run("export", "study.redthread", "--to", "cases.csv", "--kind", "cases").exit_code == 0
    frame = pd.read_csv(tmp_path / "cases.csv", index_col=0)
    assert frame.loc["Kartano", coded] == 1


@pytest.mark.parametrize("kind", ["co-occurrence", "speakers", "kinds", "timeline", "meetings"])
def test_every_comparison_is_exported(run: Run, tmp_path: Path, coded: str, kind: str) -> None:
    found = run("export", "study.redthread", "--to", "out.csv", "--kind", kind)
    assert found.exit_code == 0, found.output
    frame = pd.read_csv(tmp_path / "out.csv")
    assert frame.empty if kind == "co-occurrence" else coded in frame["code path"].tolist()


def test_an_attribute_that_there_is_not_is_told(run: Run, coded: str) -> None:
    found = run("export", "study.redthread", "--to", "out.csv", "--kind", "crosstab", "--attribute", coded)
    assert found.exit_code == 1
    assert "attribute" in found.output


def test_the_kinds_of_export_are_those_of_the_workflow() -> None:
    tables = [(kind.name, kind.value) for kind in Kind if kind not in {Kind.TRANSCRIPTS, Kind.TEXT}]
    assert tables == [(kind.name, kind.value) for kind in ExportKind]


@pytest.mark.parametrize("suffix", TRANSCRIPT_WRITERS)
@pytest.mark.usefixtures("coded")
def test_coded_transcripts_are_exported_one_by_one_or_all(run: Run, tmp_path: Path, suffix: str) -> None:
    found = run("export", "study.redthread", "--document", "talk.txt", "--to", f"one{suffix}")
    assert found.exit_code == 0, found.output
    assert f"Wrote one{suffix}" in found.output
    found = run("export", "study.redthread", "--kind", "transcripts", "--as", suffix.lstrip("."), "--to", "out")
    assert found.exit_code == 0, found.output
    assert "Wrote 1 transcript to out." in found.output
    assert (tmp_path / "out" / f"talk{suffix}").stat().st_size == (tmp_path / f"one{suffix}").stat().st_size
    refused = run("export", "study.redthread", "--document", "nobody.txt", "--to", f"two{suffix}")
    assert refused.exit_code == 1
    assert "no document is named" in refused.output


def test_every_form_of_a_transcript_can_be_asked_for() -> None:
    assert [f".{form}" for form in Form] == list(TRANSCRIPT_WRITERS)


def test_what_cannot_be_exported_is_refused(run: Run, study: Path, tmp_path: Path) -> None:
    result = run("export", "study.redthread", "--to", "out.pdf")
    assert result.exit_code == 1
    assert ".pdf" in result.stderr
    result = run("export", "study.redthread", "--to", "nowhere/out.csv")
    assert result.exit_code == 1
    assert "cannot write nowhere/out.csv" in result.stderr
    (tmp_path / "folder.csv").mkdir()
    before = sorted(tmp_path.iterdir())
    result = run("export", "study.redthread", "--to", "folder.csv")
    assert (result.exit_code, result.stderr) == (1, "cannot write folder.csv: it is a folder\n")
    assert sorted(tmp_path.iterdir()) == before


def test_suggestions_are_written_with_their_reasons(
    run: Run, study: Path, tmp_path: Path, word_encoder: type[Encoder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coder.workflow.assistant.Assistant", lambda: Assistant(word_encoder))
    result = run("suggest", "study.redthread", "--to", "suggested.csv")
    assert result.exit_code == 0
    frame = pd.read_csv(tmp_path / "suggested.csv")
    assert f"Wrote {len(frame)} suggestion" in result.stdout
    assert {"document", "passage", "code path", "probability", "because"} <= set(frame.columns)
    with open_project(study) as project:
        assert project.codings() == []


def test_no_long_work_is_begun_for_a_file_that_cannot_be_written(run: Run, study: Path) -> None:
    result = run("suggest", "study.redthread", "--to", "suggested.pdf")
    assert result.exit_code == 1
    assert "cannot write tables as .pdf" in result.stderr
    result = run("suggest", "study.redthread", "--to", "nowhere/suggested.csv")
    assert (result.exit_code, result.stderr) == (1, "cannot write nowhere/suggested.csv: there is no folder nowhere\n")


def test_ctrl_c_ends_in_words(run: Run, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("coder.workflow.documents.import_documents", stopped)
    result = run("import", "study.redthread", "talk.txt")
    assert (result.exit_code, result.stdout) == (130, "")
    assert "What was stored before stays" in result.stderr


def write(path: Path, *codes: Code) -> None:
    path.write_bytes(write_codebook(path.name, Codebook("b", "Book", codes)))


def test_a_codebook_is_checked(run: Run, tmp_path: Path) -> None:
    whole = Code("a", "A", brief="b", definition="d", when_to_use="w", examples=("e",))
    write(tmp_path / "good.yaml", whole)
    write(tmp_path / "thin.yaml", Code("a", "A", brief="b", definition="d", when_to_use="w"))
    result = run("codebook", "check", "good.yaml")
    assert (result.exit_code, result.stdout) == (0, "good.yaml: 1 code, nothing to remark.\n")
    result = run("codebook", "check", "good.yaml", "thin.yaml")
    assert result.exit_code == 1
    assert "thin.yaml: warning: A: it has no example" in result.stdout


def test_a_broken_codebook_does_not_keep_the_next_from_being_checked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("codes: [")
    write(tmp_path / "empty.yaml")
    result = run("codebook", "check", "broken.yaml", "nowhere.yaml", "empty.yaml")
    assert (result.exit_code, result.stdout) == (1, "empty.yaml: warning: it has no codes yet\n")
    assert result.stderr.startswith("broken.yaml: line ")
    assert result.stderr.endswith("cannot open nowhere.yaml: No such file or directory\n")


def test_differences_between_codebooks_are_told(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "old.yaml", Code("a", "A"))
    write(tmp_path / "new.yaml", Code("a", "B"), Code("c", "C"))
    result = run("codebook", "diff", "old.yaml", "new.yaml")
    assert (result.exit_code, result.stdout) == (0, "renamed: B (was A)\nadded: C\n")
    assert "do not differ" in run("codebook", "diff", "old.yaml", "old.yaml").stdout


@pytest.mark.parametrize("command", [["check", "no.yaml"], ["diff", "no.yaml", "no.yaml"], ["check", "no.txt"]])
def test_a_codebook_that_cannot_be_read_is_said(run: Run, tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "no.txt").write_text("no codebook")
    result = run("codebook", *command)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no." in result.stderr


def test_a_sound_study_is_verified(run: Run, study: Path) -> None:
    result = run("verify", str(study))
    assert result.exit_code == 0
    assert "is sound" in result.stdout


def test_a_hash_noted_elsewhere_shows_that_the_journal_still_holds_what_it_held(
    run: Run, study: Path, tmp_path: Path
) -> None:
    earlier = tmp_path / "earlier.redthread"
    with open_project(study) as project:
        project.write_back()
        shutil.copyfile(study, earlier)
        with project.change("note", coder=None) as change:
            change.set_setting("word", "more")
    noted = run("verify", str(study)).stdout.split()[-1].rstrip(".")
    assert run("verify", str(study), "--holds", noted).exit_code == 0
    shorter = run("verify", str(earlier), "--holds", noted)
    assert (shorter.exit_code, "it was rewritten since" in shorter.stderr) == (1, True)


@pytest.mark.parametrize("command", [["verify"], ["import"], ["export", "--to", "out.csv"], ["ui"]])
@pytest.mark.parametrize("content", [None, b"", b"no project at all"])
def test_what_is_no_study_is_said_without_a_traceback(
    run: Run, tmp_path: Path, command: list[str], content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "study.redthread").write_bytes(content)
    files = ["talk.txt"] if command == ["import"] else []
    result = run(command[0], "study.redthread", *files, *command[1:])
    assert result.exit_code == 1
    assert "study.redthread" in result.stderr
    assert "Traceback" not in result.output


def test_the_demo_shows_cases_against_codes_and_can_be_run_again(run: Run, tmp_path: Path) -> None:
    for _ in range(2):
        result = run("demo", "here/there")
        assert result.exit_code == 0
        for name in ("Kartano", "Terästie", "Satama", "Verso", "Kide"):
            assert name in result.stdout
        assert "redthread ui here/there/learning-networks.redthread" in result.stdout.replace("\n", "")
    assert (tmp_path / "here" / "there" / "learning-networks.redthread").exists()


def test_a_demo_that_has_no_place_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run("demo", "file/inside")
    assert result.exit_code == 1
    assert "cannot make the folder" in result.stderr


def test_the_app_is_started_as_asked(run: Run, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr("ui.serve.run", lambda project, **how: asked.append((project, how)))
    assert run("ui", "study.redthread", "--port", "9000", "--no-browser").exit_code == 0
    assert run("ui").exit_code == 0
    assert asked == [
        (Path("study.redthread"), {"port": 9000, "address": "127.0.0.1", "open_browser": False}),
        (None, {"port": 8501, "address": "127.0.0.1", "open_browser": True}),
    ]


def test_ctrl_c_is_how_the_app_is_stopped(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    handler = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr("ui.serve.run", stopped)
    try:
        result = run("ui")
        assert (result.exit_code, result.output) == (0, "")
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, handler)


def test_the_whole_path_from_a_real_terminal(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text(TALK)
    (tmp_path / "bad \x1b[31m.docx").write_bytes(b"nothing")
    made = redthread("new", "s.redthread", cwd=tmp_path)
    assert (made.returncode, made.stderr) == (0, "")
    read = redthread("import", "s.redthread", ".", cwd=tmp_path)
    assert read.returncode == 1
    assert "talk.txt: read: 12 words, 4 turns, speakers: Aino, Leena" in read.stdout
    assert "bad [31m.docx: refused: " in read.stderr
    assert "\x1b" not in read.stdout + read.stderr
    assert "Traceback" not in read.stderr
    assert "s.redthread" not in read.stdout + read.stderr
    written = redthread("export", "s.redthread", "--to", "out.csv", cwd=tmp_path)
    assert (written.returncode, written.stderr) == (0, "")
    sound = redthread("verify", "s.redthread", cwd=tmp_path)
    assert (sound.returncode, sound.stderr) == (0, "")


# --- folders, archives and tables of answers -------------------------------------------------------

ANSWERS = """respondent,sector,What helped most?
P1,care,"We began it together, with the other homes in the town."
P2,metal,Somebody came over and showed us how they had done it.
"""


def test_a_preview_says_what_would_come_in_and_stores_nothing(run: Run, study: Path, tmp_path: Path) -> None:
    (tmp_path / "in" / "Kide" / "2").mkdir(parents=True)
    (tmp_path / "in" / "Kide" / "2" / "two.txt").write_text(OTHER)
    words = ("import", "study.redthread", "in", "--pattern", "{case}/{wave}/{name}")
    result = run(*words, "--preview")
    assert result.exit_code == 0
    assert "two.txt: read: 7 words, 4 turns, speakers: Kaisa, Pekka, case: Kide (wave 2)" in result.stdout
    assert "Nothing was stored" in result.stdout
    with open_project(study) as project:
        assert len(project.documents()) == 1
    assert run(*words).exit_code == 0
    with open_project(study) as project:
        assert [(case.name, case.values) for case in project.cases()] == [("Kartano", {}), ("Kide", {"wave": 2})]


def test_all_or_nothing_stores_nothing_where_a_file_is_refused(run: Run, study: Path, tmp_path: Path) -> None:
    (tmp_path / "two.txt").write_text(OTHER)
    (tmp_path / "bad.docx").write_bytes(b"x")
    result = run("import", "study.redthread", "two.txt", "bad.docx", "--all-or-nothing")
    assert result.exit_code == 1
    assert "two.txt: left out" in result.stdout
    with open_project(study) as project:
        assert [document.name for document in project.documents()] == ["talk.txt"]


def test_a_table_says_which_files_belong_to_which_cases(run: Run, study: Path, tmp_path: Path) -> None:
    (tmp_path / "two.txt").write_text(OTHER)
    (tmp_path / "files.csv").write_text("case,file,region\nSatama,two.txt,Häme\n")
    assert "case: Satama (region Häme)" in run("import", "study.redthread", "two.txt", "--table", "files.csv").stdout


def test_a_table_of_answers_is_brought_in_as_it_was_understood(run: Run, study: Path, tmp_path: Path) -> None:
    (tmp_path / "survey.csv").write_text(ANSWERS)
    result = run("import", "study.redthread", "survey.csv", "--preview")
    assert "survey.csv: a plain table, 2 rows" in result.stdout
    assert "answers: What helped most?\n    case: respondent\n    attributes: sector" in result.stdout
    assert "would give 2 documents and 2 cases" in result.stdout
    assert "P1 (sector: care): What helped most? We began it together" in result.stdout
    assert "gave 2 documents" in run("import", "study.redthread", "survey.csv").stdout
    assert "2 already there" in run("import", "study.redthread", "survey.csv").stdout
    with open_project(study) as project:
        assert [document.name for document in project.documents()] == ["talk.txt", "P1", "P2"]


def test_the_columns_of_a_table_can_be_said(run: Run, study: Path, tmp_path: Path) -> None:
    (tmp_path / "survey.csv").write_text(ANSWERS)
    words = ("import", "study.redthread", "survey.csv")
    result = run(*words, "--text", "sector", "--case", "What helped most?", "--by-question")
    assert result.exit_code == 0
    with open_project(study) as project:
        assert [document.name for document in project.documents()] == ["talk.txt", "sector"]
        assert project.attributes() == []
    result = run(*words, "--text", "mood")
    assert (result.exit_code, result.stdout) == (1, "survey.csv: a plain table, 2 rows\n")
    assert "no column 'mood'; it has: respondent, sector, What helped most?" in result.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["talk.txt", "--language", "zz!"], "'zz!' is not the code of a language"),
        (["talk.txt", "--pattern", "{name}"], "names no {case}"),
        (["talk.txt", "--text", "a"], "are for tables of answers"),
        (["talk.txt", "--sheet", "a"], "are for tables of answers"),
        (["talk.txt", "--case", "a", "--case", "b"], "give one --case"),
        (["talk.txt", "--table", "nowhere.csv"], "cannot open nowhere.csv"),
    ],
)
def test_an_import_that_cannot_be_is_refused_in_words(run: Run, study: Path, words: list[str], told: str) -> None:
    before = study.read_bytes()
    result = run("import", "study.redthread", *words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert told in result.stderr
    assert study.read_bytes() == before


def test_a_quotation_that_excel_cannot_hold_is_told(run: Run, study: Path, tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("Aino: " + "word " * 8_000)
    assert run("import", "study.redthread", "long.txt").exit_code == 0
    with open_project(study) as project:
        code = next(code for code in project.codebook().codes if code.takes_codings)
        document = project.document_named("long.txt")
        code_span(project, document.id, Span(6, 39_000), code.id, coder=project.coders()[0].id)
    told = "1 quotation longer than an Excel cell holds"
    assert told in run("export", "study.redthread", "--to", "out.xlsx").stdout
    assert told not in run("export", "study.redthread", "--to", "out.csv").stdout


def test_correct_shows_what_is_not_kept_and_stores_it_only_without_preview(run: Run, study: Path) -> None:
    with open_project(study) as project:
        me, document = project.coders()[0].id, project.documents()[0]
        code = next(code.id for code in project.codebook().codes if code.takes_codings)
        for words in ("We began", "Then there was no time."):
            start = TALK.index(words)
            code_span(project, document.id, Span(start, start + len(words)), code, coder=me)
        path = project.codebook().path(code)
    study.with_name("corrected.txt").write_text(TALK.replace("began", "all began").replace("Then there was", "And"))
    told = run("correct", "study.redthread", "talk.txt", "corrected.txt", "--preview")
    assert told.exit_code == 0
    assert f"changed: coding {path}: “We began” -> “We all began”" in told.stdout
    assert "2 differences; on the text: 0 kept, 0 moved, 2 changed, 0 lost" in told.stdout
    with open_project(study) as project:
        assert project.document(document.id).text == TALK
    done = run("correct", "study.redthread", "talk.txt", "corrected.txt")
    assert "Corrected talk.txt. The text that it had is kept in the study." in done.stdout
    with open_project(study) as project:
        assert [made.quotation for made in project.codings()] == ["We all began", "And no time."]
        assert len(project.revisions(document.id)) == 2
    again = run("correct", "study.redthread", "talk.txt", "corrected.txt")
    assert again.exit_code == 1
    assert "there is nothing to correct" in again.stderr
