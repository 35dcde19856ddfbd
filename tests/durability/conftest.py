"""What the tests of durability share."""

from __future__ import annotations

import os
import subprocess

import pytest
from durability.harness import HERE, Lives


@pytest.fixture(scope="session")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Lives:
    folder = tmp_path_factory.mktemp("lives")
    shim = folder / "faults.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(shim), str(HERE / "faults.c"), "-ldl"], check=True)
    return Lives(folder, shim)


@pytest.fixture(scope="session")
def is_long() -> bool:
    """Whether every moment is tried (``make test-durability``), or some of them."""
    return os.environ.get("PINCITE_DURABILITY") == "all"
