"""The README's Python runs as it stands, and says what it promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from index.library import Library
from index.weights import require
from seeds import documents_dir

README = Path(__file__).parents[2] / "README.md"

pytestmark = pytest.mark.weights


def test_the_python_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    require("qwen2.5-coder-1.5b-instruct")
    monkeypatch.setenv("PINCITE_LIBRARY", str(tmp_path / "library"))
    with Library.open() as library:
        library.add([documents_dir()])
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 1
    code = blocks[0]
    assert code.count("\n") <= 12

    exec(compile(code, str(README), "exec"), {"__name__": "readme"})
    printed = capsys.readouterr().out
    assert "85" in printed
    assert "The strikes targeted over 85 facilities" in printed
