"""Download one wheel with ``pip``, from whatever package index the user's environment is set up for.

Nothing is installed and no code of the wheel runs: a wheel is an archive, and only wheels are asked for.
"""

from __future__ import annotations

import errno
import os
import re
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from index.weights.cache import size_below
from index.weights.catalogue import Wheel
from index.weights.child import run_child
from index.weights.failures import DownloadFailed, short_line

# What pip says when the index has no such wheel, or cannot be reached after pip's own retries.
HOPELESS = re.compile(r"No matching distribution|Could not find a version|no such option", re.IGNORECASE)
NO_SPACE = re.compile(r"No space left on device|\[Errno 28\]")
WRONG_HASH = re.compile(r"DO NOT MATCH THE HASHES")


class Download(Protocol):
    """Downloads one wheel. Replaceable, so that tests need neither pip nor a network."""

    def __call__(self, wheel: Wheel, folder: Path, received: Callable[[int], None]) -> Path:
        """Download ``wheel`` into the empty ``folder`` and return the file; its hash is checked by the caller.

        Args:
            received: told now and then how many bytes have arrived so far.

        Raises:
            DownloadFailed: there is no such wheel to be had, or the transfer broke.
            OSError: the disk is full, or the folder cannot be written.
        """


def pip_download(wheel: Wheel, folder: Path, received: Callable[[int], None]) -> Path:
    """Download ``wheel`` with the pip of this Python, hash-checked by pip. See :class:`Download`."""
    if find_spec("pip") is None:
        raise DownloadFailed("pip is missing in this environment (remedy: python -m ensurepip)", retry=False)
    work = Path(tempfile.mkdtemp(dir=folder, prefix="pip-"))
    out = work / "out"
    log = work / "log.txt"
    code = run_child(
        _command(wheel, work, out), environment=_environment(work), log=log, tick=lambda: received(size_below([work]))
    )
    wheels = sorted(out.glob("*.whl"))
    if code != 0 or len(wheels) != 1:
        raise _failure(log.read_text(encoding="utf-8", errors="replace"), wheel)
    return wheels[0]


def _command(wheel: Wheel, work: Path, out: Path) -> list[str]:
    requirements = work / "requirements.txt"
    requirements.write_text(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
    # -P: a folder named pip where the user happens to stand must not be run. No cache: the wheel is wanted once.
    options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-cache-dir", "--no-input"]
    quiet = ["--progress-bar", "off", "--disable-pip-version-check"]
    download = ["download", *options, *quiet, "-d", str(out), "-r", str(requirements)]
    return [sys.executable, "-P", "-m", "pip", *download]


def _environment(work: Path) -> dict[str, str]:
    """Return the user's environment, with pip's temporary files kept where a later fetch finds and deletes them."""
    temporary = work / "tmp"
    temporary.mkdir()
    return {**os.environ, "TMPDIR": str(temporary), "TEMP": str(temporary), "TMP": str(temporary)}


def _failure(log: str, wheel: Wheel) -> DownloadFailed | OSError:
    if NO_SPACE.search(log):
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if WRONG_HASH.search(log):
        return DownloadFailed(f"{wheel.requirement} arrived with another sha256", retry=True)
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    # Before a traceback pip only says "Exception:"; the traceback's last line is what tells.
    telling = [error for error in errors if error != "Exception:"]
    reason = (telling or lines or ["no reason given"])[-1]
    return DownloadFailed(short_line(f"pip: {reason}"), retry=not HOPELESS.search(log))
