"""The password's file, and the command that writes it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from ui import passwords
from ui.cli import cli, main
from ui.passwords import PasswordError, PasswordHash, load_password, password_path, remove_password, save_password

pytestmark = pytest.mark.usefixtures("no_password")
GOOD = "correct horse"


def test_there_is_none_at_first() -> None:
    assert load_password() is None
    assert not remove_password()


def test_it_is_kept_and_taken_away() -> None:
    path = save_password(GOOD)
    kept = load_password()
    assert kept is not None
    assert kept.matches(GOOD)
    assert not any(kept.matches(other) for other in ("", GOOD.upper(), GOOD + " ", "Correct horse", "x" * 5_000))
    assert GOOD not in path.read_text()
    assert remove_password()
    assert load_password() is None


def test_it_lies_beside_the_settings_and_is_for_its_owner_only() -> None:
    previous = os.umask(0)
    try:
        path = save_password(GOOD)
    finally:
        os.umask(previous)
    assert path == password_path()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["password"]


def test_two_hashes_of_one_password_differ() -> None:
    assert PasswordHash.of(GOOD) != PasswordHash.of(GOOD)


def test_an_accent_is_the_same_however_it_is_typed() -> None:
    assert PasswordHash.of("caf\u00e9 au lait").matches("cafe\u0301 au lait")


@pytest.mark.parametrize("password", ["", "x" * 9, "x" * 1_001, "lone surrogate \ud800"])
def test_what_cannot_be_a_password_is_stated_and_the_former_stays(password: str) -> None:
    before = save_password(GOOD).read_bytes()
    with pytest.raises(PasswordError, match=r"choose one of 10 to 1000|type it as UTF-8") as caught:
        save_password(password)
    assert "\n" not in str(caught.value)
    assert password_path().read_bytes() == before


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_former(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = save_password(GOOD).read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(passwords.os, step, fail)
    with pytest.raises(PasswordError, match="No space left"):
        save_password("another password")
    assert password_path().read_bytes() == before
    assert len(list(password_path().parent.iterdir())) == 1


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620])
def test_a_file_that_others_may_read_or_change_is_refused(mode: int) -> None:
    save_password(GOOD).chmod(mode)
    with pytest.raises(PasswordError, match="others may read or change it; run 'pincite password'"):
        load_password()
    save_password(GOOD)
    assert load_password() is not None


@pytest.mark.parametrize("damage", [b"", b"x", b"\xff\xfe", b"scrypt:1:8:1:%s:%s\n" % (b"0" * 32, b"0" * 64)])
def test_a_damaged_file_lets_nobody_in(damage: bytes) -> None:
    path = save_password(GOOD)
    whole = path.read_bytes()
    for content in (damage, whole[:-2], whole + whole, whole.replace(b"scrypt", b"plain")):
        path.write_bytes(content)
        with pytest.raises(PasswordError, match="is damaged; run 'pincite password' again"):
            load_password()


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", [f"{GOOD}\n", f"{GOOD}\r\n", GOOD, f"{GOOD}\nmore\n"])
def test_it_reads_one_line_where_there_is_no_terminal(line: str) -> None:
    result = CliRunner().invoke(cli, ["password"], input=line)
    assert result.exit_code == 0
    assert GOOD not in result.output
    kept = load_password()
    assert kept is not None
    assert kept.matches(GOOD)


def test_at_a_terminal_it_asks_twice_without_echo(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answers = iter([GOOD, "mistyped here", GOOD, GOOD])

    def hidden(prompt: str) -> str:
        asked.append(prompt)
        return next(answers)

    monkeypatch.setattr("ui.password_command.sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.termui.hidden_prompt_func", hidden)
    with pytest.raises(SystemExit) as ended:
        main(["password"])
    assert ended.value.code == 0
    assert len(asked) == 4
    kept = load_password()
    assert kept is not None
    assert kept.matches(GOOD)


def test_remove_says_whether_there_was_one(capsys: pytest.CaptureFixture[str]) -> None:
    save_password(GOOD)
    for expected in ("The password is gone.", "There was no password."):
        with pytest.raises(SystemExit):
            main(["password", "--remove"])
        assert capsys.readouterr().out.strip() == expected


def test_a_short_password_is_one_line_and_exit_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    typed = tmp_path / "typed"
    typed.write_text("short\n")
    with typed.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        with pytest.raises(SystemExit) as ended:
            main(["password"])
    assert ended.value.code == 1
    error = capsys.readouterr().err
    assert error == "pincite: the password has 5 characters; choose one of 10 to 1000\n"
