"""Accounts, invitations and sessions of a team server. All people are invented."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from coder.errors import InvalidValue, NotAllowed, NotAProject, UnknownItem
from coder.model import Role
from coder.store import Accounts
from coder.workflow import accounts as verbs
from coder.workflow.coders import add_coder, retire_coder
from coder.workflow.projects import create_project, open_project

WORDS = "some words in a row"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost nothing; how much the real ones cost is the library's to say."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(verbs, "_HASHER", cheap)
    monkeypatch.setattr(verbs, "_NOBODY", cheap.hash("nobody"))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    at = [1_800_000_000.0]
    monkeypatch.setattr(verbs.time, "time", lambda: at[0])
    return at


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    with verbs.accounts_of(tmp_path) as opened:
        yield opened


def joined(accounts: Accounts, name: str, *, owner: bool = False, email: str = "") -> None:
    verbs.set_password(accounts, verbs.add_account(accounts, name, owner=owner, email=email), WORDS)


def test_who_knows_the_password_is_signed_in_until_they_sign_out(accounts: Accounts) -> None:
    joined(accounts, "Maija")
    token = verbs.sign_in(accounts, " maija ", WORDS)
    found = verbs.signed_in(accounts, token)
    assert found is not None
    assert found.name == "Maija"
    verbs.sign_out(accounts, token)
    assert verbs.signed_in(accounts, token) is None


def test_neither_passwords_nor_tokens_stand_in_the_file(accounts: Accounts, tmp_path: Path) -> None:
    joined(accounts, "Maija")
    token = verbs.sign_in(accounts, "Maija", WORDS)
    invitation = verbs.invite(accounts, verbs.add_account(accounts, "Leena"))
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"$argon2id$" in content
    assert not [secret for secret in (WORDS, token, invitation) if secret.encode() in content]


def test_only_who_runs_the_server_may_read_the_file(accounts: Accounts, tmp_path: Path) -> None:
    assert (tmp_path / verbs.FILE).stat().st_mode & 0o077 == 0


def test_a_wrong_name_and_a_wrong_password_are_refused_in_the_same_words(accounts: Accounts) -> None:
    joined(accounts, "Maija")
    said = set()
    for name, password in (("Maija", "other words in a row"), ("Nobody", WORDS), ("", "")):
        with pytest.raises(NotAllowed) as refusal:
            verbs.sign_in(accounts, name, password)
        said.add(str(refusal.value))
    assert said == {"no account has this name and password"}


def test_guessing_is_stopped_and_stops_the_right_password_too(accounts: Accounts, clock: list[float]) -> None:
    joined(accounts, "Maija")
    for _ in range(verbs.TRIES):
        with pytest.raises(NotAllowed, match="no account has"):
            verbs.sign_in(accounts, "Maija", "a wrong password")
    with pytest.raises(NotAllowed, match="too many tries; wait 15 minutes"):
        verbs.sign_in(accounts, "MAIJA", WORDS)
    clock[0] += verbs.WINDOW_S + 1
    assert verbs.sign_in(accounts, "Maija", WORDS)


def test_of_many_who_guess_at_once_no_more_get_through(accounts: Accounts, tmp_path: Path) -> None:
    joined(accounts, "Maija")

    def guess(number: int) -> str:
        with verbs.accounts_of(tmp_path) as own, pytest.raises(NotAllowed) as refused:
            verbs.sign_in(own, "Maija", f"a wrong password {number}")
        return str(refused.value)

    with ThreadPoolExecutor(16) as pool:
        said = list(pool.map(guess, range(3 * verbs.TRIES)))
    assert sum("no account has" in each for each in said) == verbs.TRIES


def test_a_name_is_the_same_however_its_letters_are_written(accounts: Accounts, tmp_path: Path) -> None:
    joined(accounts, "Pälvi")
    assert verbs.sign_in(accounts, "PA\u0308lvi", WORDS)
    with create_project(tmp_path / "study.redthread", title="Study", coder="Pa\u0308lvi") as project:
        (owner,) = project.coders()
        assert verbs.coder_of(project, verbs.account_named(accounts, "Pälvi")) == owner
        with pytest.raises(InvalidValue, match="already"):
            add_coder(project, "Pälvi", coder=owner.id)


def test_trying_many_names_is_stopped_as_well(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "TRIES_OF_ALL", 5)
    for number in range(5):
        with pytest.raises(NotAllowed, match="no account has"):
            verbs.sign_in(accounts, f"Somebody {number}", WORDS)
    with pytest.raises(NotAllowed, match="too many tries"):
        verbs.sign_in(accounts, "Somebody else", WORDS)


def test_a_session_ends_when_it_is_not_used_and_after_a_week_in_any_case(
    accounts: Accounts, clock: list[float]
) -> None:
    joined(accounts, "Maija")
    token = verbs.sign_in(accounts, "Maija", WORDS)
    begun = clock[0]
    while clock[0] - begun < verbs.SESSION_S - verbs.IDLE_S / 2:
        clock[0] += verbs.IDLE_S / 2
        assert verbs.signed_in(accounts, token) is not None
    clock[0] = begun + verbs.SESSION_S + 1
    assert verbs.signed_in(accounts, token) is None
    token = verbs.sign_in(accounts, "Maija", WORDS)
    clock[0] += verbs.IDLE_S + 1
    assert verbs.signed_in(accounts, token) is None


def test_an_invitation_serves_once(accounts: Accounts) -> None:
    token = verbs.invite(accounts, verbs.add_account(accounts, "Leena"))
    with pytest.raises(InvalidValue, match="10 characters or more"):
        verbs.accept(accounts, token, "short")
    assert verbs.accept(accounts, token, WORDS).name == "Leena"
    assert verbs.invited(accounts, token) is None
    with pytest.raises(NotAllowed, match="was used already"):
        verbs.accept(accounts, token, "other words in a row")
    assert verbs.sign_in(accounts, "Leena", WORDS)


def test_of_many_who_take_an_invitation_at_once_one_has_it(tmp_path: Path) -> None:
    with verbs.accounts_of(tmp_path) as opened:
        token = verbs.invite(opened, verbs.add_account(opened, "Leena"))

    def take(number: int) -> bool:
        with verbs.accounts_of(tmp_path) as own:
            try:
                verbs.accept(own, token, f"the words of number {number}")
            except NotAllowed:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1


def test_an_invitation_ends_after_a_week_and_when_another_is_given(accounts: Accounts, clock: list[float]) -> None:
    leena = verbs.add_account(accounts, "Leena")
    first = verbs.invite(accounts, leena)
    second = verbs.invite(accounts, leena)
    assert verbs.invited(accounts, first) is None
    clock[0] += verbs.INVITATION_S + 1
    assert verbs.invited(accounts, second) is None


def test_a_token_of_one_kind_serves_for_no_other(accounts: Accounts) -> None:
    joined(accounts, "Maija", email="maija@example.org")
    invitation = verbs.invite(accounts, verbs.account_named(accounts, "maija"))
    passage = verbs.sign_in_by_email(accounts, "maija@example.org")
    assert verbs.signed_in(accounts, invitation) is None
    assert verbs.signed_in(accounts, passage) is None
    assert verbs.invited(accounts, passage) is None
    session = verbs.pass_on(accounts, passage)
    assert verbs.signed_in(accounts, session) is not None
    with pytest.raises(NotAllowed, match="took too long"):
        verbs.pass_on(accounts, passage)


def test_an_organisation_lets_in_only_addresses_that_have_an_account(accounts: Accounts) -> None:
    joined(accounts, "Maija", email="Maija@Example.org")
    joined(accounts, "Risto")
    assert verbs.sign_in_by_email(accounts, "maija@EXAMPLE.org")
    for email in ("other@example.org", "", " "):
        with pytest.raises(NotAllowed, match="no account has the address"):
            verbs.sign_in_by_email(accounts, email)


def test_only_an_owner_invites_and_closes(accounts: Accounts) -> None:
    joined(accounts, "Maija", owner=True)
    joined(accounts, "Leena")
    maija, leena = (verbs.account_named(accounts, name) for name in ("Maija", "Leena"))
    with pytest.raises(NotAllowed, match="only an owner of this server invites people, and Leena is none"):
        verbs.invite(accounts, maija, by=leena)
    with pytest.raises(NotAllowed, match="only an owner of this server closes accounts"):
        verbs.close_account(accounts, maija, by=leena)
    assert verbs.invite(accounts, leena, by=maija)


def test_a_closed_account_is_out_at_once(accounts: Accounts) -> None:
    joined(accounts, "Maija", owner=True)
    joined(accounts, "Leena", email="leena@example.org")
    token = verbs.sign_in(accounts, "Leena", WORDS)
    verbs.close_account(accounts, verbs.account_named(accounts, "Leena"))
    assert verbs.signed_in(accounts, token) is None
    for act in (
        lambda: verbs.sign_in(accounts, "Leena", WORDS),
        lambda: verbs.sign_in_by_email(accounts, "leena@example.org"),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(InvalidValue, match="the last owner"):
        verbs.close_account(accounts, verbs.account_named(accounts, "Maija"))


def test_another_password_ends_the_sessions_of_the_old_one(accounts: Accounts) -> None:
    joined(accounts, "Maija")
    token = verbs.sign_in(accounts, "Maija", WORDS)
    verbs.set_password(accounts, verbs.account_named(accounts, "Maija"), "quite other words")
    assert verbs.signed_in(accounts, token) is None


def test_two_accounts_never_stand_for_one_name(accounts: Accounts) -> None:
    joined(accounts, "Maija Meikäläinen", email="m@example.org")
    with pytest.raises(InvalidValue, match="already"):
        verbs.add_account(accounts, "maija   MEIKÄLÄINEN")
    with pytest.raises(InvalidValue, match="already"):
        verbs.add_account(accounts, "Other", email="M@example.org")
    with pytest.raises(UnknownItem, match="there are: Maija"):
        verbs.account_named(accounts, "Leena")


def test_a_person_is_the_coder_of_their_name_and_nobody_else(accounts: Accounts, tmp_path: Path) -> None:
    joined(accounts, "Leena")
    joined(accounts, "Risto")
    leena, risto = (verbs.account_named(accounts, name) for name in ("Leena", "Risto"))
    path = tmp_path / "study.redthread"
    with create_project(path, title="Study", coder="Maija") as project:
        maija = project.coders()[0].id
        person = add_coder(project, "Leena", coder=maija, role=Role.READER)
        assert verbs.coder_of(project, leena) == person
        with pytest.raises(NotAllowed, match="Risto is not among the people of this project"):
            verbs.coder_of(project, risto)
        retire_coder(project, person.id, coder=maija)
        with pytest.raises(NotAllowed):
            verbs.coder_of(project, leena)


def test_a_person_sees_the_projects_that_they_are_in(accounts: Accounts, tmp_path: Path) -> None:
    joined(accounts, "Leena")
    create_project(tmp_path / "mine.redthread", title="Mine", coder="Leena").close()
    create_project(tmp_path / "theirs.redthread", title="Theirs", coder="Maija").close()
    (tmp_path / "broken.redthread").write_bytes(b"no project")
    found = verbs.projects_of(tmp_path, verbs.account_named(accounts, "Leena"))
    assert list(found.values()) == ["Mine"]
    joined(accounts, "Boss", owner=True)
    leena, boss = (verbs.account_named(accounts, name) for name in ("Leena", "Boss"))
    assert verbs.unsound(tmp_path, leena) == {}
    assert {path.name: "not a Redthread project" in why for path, why in verbs.unsound(tmp_path, boss).items()} == {
        "broken.redthread": True
    }


def test_no_path_leads_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "team"
    folder.mkdir()
    outside = tmp_path / "private.redthread"
    create_project(outside, title="Private", coder="Maija").close()
    (folder / "link.redthread").symlink_to(outside)
    (folder / "deeper").mkdir()
    for path in (
        outside,
        folder / ".." / "private.redthread",
        folder / "link.redthread",
        folder / "deeper" / "x.redthread",
        folder / verbs.FILE,
        "/etc/passwd",
    ):
        with pytest.raises(NotAllowed, match="only the projects of its folder"):
            verbs.within(folder, path)
    inside = folder / "ours.redthread"
    create_project(inside, title="Ours", coder="Maija").close()
    with open_project(verbs.within(folder, inside)) as project:
        assert project.title == "Ours"


def test_accounts_are_not_looked_for_in_a_file_of_another_kind(tmp_path: Path) -> None:
    create_project(tmp_path / verbs.FILE, title="Study", coder="Maija").close()
    with pytest.raises(NotAProject, match="does not hold the accounts"):
        verbs.accounts_of(tmp_path)
