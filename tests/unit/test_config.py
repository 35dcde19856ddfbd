"""Settings: a flag beats the environment, which beats the file, which beats the default."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.config import Settings, default_library_path, load_settings
from index.errors import ConfigError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def test_defaults() -> None:
    assert load_settings({}) == Settings()
    assert Settings().library_path == default_library_path()
    assert default_library_path().is_absolute()


def test_precedence(file: Path) -> None:
    file.write_text('library = "of-file"\nmodel = "of-file"\nembedder = "of-file"\n')
    environment = {"PINCITE_CONFIG": str(file), "PINCITE_MODEL": "of-environment", "PINCITE_EMBEDDER": "of-environment"}
    settings = load_settings(environment, embedder="of-flag")
    assert settings == Settings(library="of-file", model="of-environment", embedder="of-flag")


def test_a_flag_that_is_none_is_not_given_and_an_empty_one_is(file: Path) -> None:
    environment = {"PINCITE_MODEL": "of-environment"}
    assert load_settings(environment, model=None).model == "of-environment"
    assert load_settings(environment, model="").model == ""


def test_an_empty_variable_is_not_set(file: Path) -> None:
    file.write_text('model = "of-file"')
    assert load_settings({"PINCITE_CONFIG": str(file), "PINCITE_MODEL": ""}).model == "of-file"


def test_the_file_lies_in_the_users_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "pincite").mkdir()
    (tmp_path / "pincite" / "pincite.toml").write_text('model = "of-user"')
    assert load_settings({}).model == "of-user"


def test_home_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    assert Settings(library="~/books").library_path == Path("/somewhere/books")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'modell = "x"', "unknown setting 'modell'"),
        (b"[library]\nfolder = 'x'", "must be text"),
        (b"model = 3", "must be text"),
        (b"model = ", "not valid TOML"),
        (b'model = "\xff"', "not valid TOML"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(file: Path, content: bytes, expected: str) -> None:
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=expected) as caught:
        load_settings({"PINCITE_CONFIG": str(file)})
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_known_settings_are_named(file: Path) -> None:
    file.write_text('modell = "x"')
    with pytest.raises(ConfigError, match="api_key, caution, embedder, library, max_file_mb, model"):
        load_settings({"PINCITE_CONFIG": str(file)})


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_file_that_is_named_must_be_there(file: Path, is_folder: bool) -> None:
    if is_folder:
        file.mkdir()
    with pytest.raises(ConfigError, match="PINCITE_CONFIG"):
        load_settings({"PINCITE_CONFIG": str(file)})
