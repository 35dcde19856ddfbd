"""Settings: a flag beats the environment, which beats the settings file, which beats the default.

The file is ``pincite.toml`` in the platform's configuration folder, or what ``PINCITE_CONFIG`` names. Unknown keys are
refused when it is loaded.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from platformdirs import user_config_path, user_data_path

from index.errors import ConfigError

APPLICATION = "pincite"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person may set. Each name is a key of the file; ``PINCITE_<NAME>`` is its environment variable.

    Attributes:
        library: folder of the library.
        model: language model: a known name, a GGUF path, a Hugging Face folder or id, or an OpenAI-compatible URL.
        embedder: name of the embedder's weights.
        api_key: key for an OpenAI-compatible URL.
        max_file_mb: files larger than so many MiB are not read.
        caution: ``helpful``, ``balanced`` or ``strict``: how sure it must be that the documents hold an answer.
    """

    library: str = ""
    model: str = ""
    embedder: str = "all-minilm-l6-v2"
    api_key: str = ""
    caution: str = "balanced"
    max_file_mb: str = "200"

    @property
    def library_path(self) -> Path:
        """The library's folder; where none is set, the one in the platform's user-data folder."""
        return Path(self.library).expanduser() if self.library else default_library_path()

    @property
    def max_file_bytes(self) -> int:
        """The size of the largest file that is read.

        Raises:
            ConfigError: the setting is no whole number above 0.
        """
        if not (self.max_file_mb.isdecimal() and int(self.max_file_mb)):
            raise ConfigError(f"setting 'max_file_mb': '{self.max_file_mb}' is no number of MiB; say 200 for example")
        return int(self.max_file_mb) * 1024 * 1024


def default_library_path() -> Path:
    """Return the folder of the default library."""
    return user_data_path(APPLICATION, appauthor=False) / "library"


def load_settings(environment: Mapping[str, str] = os.environ, **flags: str | None) -> Settings:
    """Return the settings in force.

    Args:
        environment: where ``PINCITE_…`` variables are looked up.
        flags: values given on the command line or by a caller; None means not given.

    Raises:
        ConfigError: the file cannot be read, or has an unknown key or a value that is not text.
    """
    values = _from_file(environment)
    for field in fields(Settings):
        from_environment = environment.get(f"PINCITE_{field.name.upper()}")
        if from_environment:
            values[field.name] = from_environment
        flag = flags.get(field.name)
        if flag is not None:
            values[field.name] = flag
    return Settings(**values)


def _from_file(environment: Mapping[str, str]) -> dict[str, Any]:
    named = environment.get("PINCITE_CONFIG")
    path = Path(named).expanduser() if named else user_config_path(APPLICATION, appauthor=False) / "pincite.toml"
    if not named and not path.exists():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); correct PINCITE_CONFIG or unset it") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not valid TOML ({error}); correct the file") from None
    known = {field.name for field in fields(Settings)}
    for key, value in values.items():
        if key not in known:
            raise ConfigError(f"{path}: unknown setting '{key}'; known are {', '.join(sorted(known))}")
        if not isinstance(value, str):
            raise ConfigError(f"{path}: setting '{key}' must be text in quotes")
    return values
