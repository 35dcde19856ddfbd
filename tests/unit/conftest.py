"""What unit tests share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a configuration folder of its own, without a password; return the folder."""
    monkeypatch.setattr("ui.passwords.user_config_path", lambda *_, **__: tmp_path / "configuration")
    return tmp_path / "configuration"
