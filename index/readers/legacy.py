"""Office files from before 2007: LibreOffice, where installed, makes them into newer ones, which are then read.

It runs in the helper process, for one file, with a profile and a temporary folder that are gone afterwards. Macros and
links are off in that profile, and its network settings lead nowhere; on Linux it has no network at all where the kernel
lets users give it up, and is held to limits of memory, time on the clock and size of files.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from functools import cache
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from index.errors import UnreadableDocument

LEGACY = {".doc": "docx", ".dot": "docx", ".ppt": "pptx", ".pps": "pptx", ".pot": "pptx"}
"""Ending of an old format, and the newer one (also LibreOffice's name of it)."""
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.com",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.com",
)
"""Where it is on systems whose search path does not lead to it."""
_RESTART = 81
"""Exit status of a LibreOffice that has set up a new profile and wants to be started once more."""
_MEMORY_BYTES = 4 * 1024 * 1024 * 1024
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
"""Linux's CLONE_NEWUSER and CLONE_NEWNET."""
_SETTINGS = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)


@cache
def office() -> str | None:
    """Return the path of LibreOffice's program, None where it is not installed."""
    return shutil.which("soffice") or next((place for place in _PLACES if os.path.isfile(place)), None)


def remedy(data: bytes, suffix: str) -> str:
    """Return what is wrong with a file of an old format that has not been converted, and what to do."""
    newer = f".{LEGACY[suffix]}"
    if not data.startswith(_OLD):
        return f"is damaged or not of format {suffix}; save it as {newer}"
    if office():
        return f"format {suffix} is not read inside other files; take it out and add it, or save it as {newer}"
    return f"format {suffix} needs LibreOffice to be read; install it, or save the file as {newer}"


def real_suffix(data: bytes, suffix: str) -> str:
    """Return the ending that a file named as one of an old format should have, by how it begins."""
    start = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"pk\3\4"):
        return f".{LEGACY[suffix]}"
    if start.startswith(b"{\\rtf"):
        return ".rtf"
    return ".html" if start.startswith((b"<html", b"<!doctype html")) else suffix


def is_to_be_converted(data: bytes, name: str) -> bool:
    """Tell whether a file is of an old format, and LibreOffice is there to convert it."""
    return PurePosixPath(name).suffix.lower() in LEGACY and data.startswith(_OLD) and office() is not None


def converted(data: bytes, name: str, *, seconds: int, most_bytes: int) -> bytes:
    """Return a file of an old format as one of the newer format.

    Args:
        data: the file.
        name: of the file.
        seconds: how long it may take.
        most_bytes: how large the new file may be.

    Raises:
        UnreadableDocument: it cannot be converted, or not within the limits.
    """
    suffix = PurePosixPath(name).suffix.lower()
    deadline = time.monotonic() + seconds
    with TemporaryDirectory(prefix="pincite-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        _write_settings(folder / "profile" / "user")
        source, target = folder / f"old{suffix}", folder / f"old.{LEGACY[suffix]}"
        source.write_bytes(data)
        try:
            while _run(folder, source, LEGACY[suffix], deadline - time.monotonic()) == _RESTART:
                continue
            if target.is_file() and target.stat().st_size <= most_bytes:
                return target.read_bytes()
        except subprocess.TimeoutExpired:
            raise UnreadableDocument(
                f"{name}: converting it takes too long; save it as .{LEGACY[suffix]} yourself"
            ) from None
        except OSError as error:
            raise UnreadableDocument(f"{name}: LibreOffice cannot be started ({error.strerror}); repair it") from None
    raise UnreadableDocument(
        f"{name}: LibreOffice cannot convert it (damaged, or with a password); save it as .{LEGACY[suffix]}"
    )


def _run(folder: Path, source: Path, kind: str, seconds: float) -> int:
    program = os.path.realpath(office() or "")
    if sys.platform == "linux" and os.path.isfile(f"{program}.bin"):
        program += ".bin"  # the process itself, which can be ended, instead of what starts it
    nowhere = "http://127.0.0.1:9"
    environment = {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "SYSTEMROOT", "WINDIR")},
        **dict.fromkeys(("http_proxy", "https_proxy", "ftp_proxy", "all_proxy"), nowhere),
        **dict.fromkeys(("HOME", "USERPROFILE", "APPDATA", "TMPDIR", "TMP", "TEMP"), str(folder)),
        "SAL_USE_VCLPLUGIN": "svp",
    }
    options = ["--headless", "--invisible", "--norestore", "--nologo", "--nolockcheck"]
    return subprocess.run(
        [
            program,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            *options,
            *("--convert-to", kind, "--outdir", str(folder), str(source)),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
        timeout=max(0.0, seconds),
        check=False,
        preexec_fn=_confine if sys.platform == "linux" else None,
    ).returncode


def _confine() -> None:
    """Give up the network, and be held to limits (between fork and exec)."""
    import ctypes
    import resource

    user = os.getuid()
    with suppress(OSError, AttributeError):
        if ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK) == 0:
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    for limit, value in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, _MEMORY_BYTES // 8),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))


def _write_settings(folder: Path) -> None:
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop>'
        "</item>"
        for path, name, value in _SETTINGS
    )
    folder.mkdir(parents=True)
    (folder / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        f"{items}</oor:items>",
        encoding="utf-8",
    )
