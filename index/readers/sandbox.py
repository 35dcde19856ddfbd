"""What a process that reads a file may do and take: no files, no network, bounded memory and time.

====================  ======================  ========================  ===============================
held to               Linux                   macOS                     Windows
====================  ======================  ========================  ===============================
memory                ``RLIMIT_AS``           watched by the helper     job object
processor time        ``RLIMIT_CPU``          ``RLIMIT_CPU``            job object
time on the clock     timer of the kernel     timer of the kernel       the parent ends the process
opening anything      ``RLIMIT_NOFILE`` of 0  ``RLIMIT_NOFILE`` of 0    an audit hook (Python code only)
starting processes    ``RLIMIT_NPROC`` of 0   ``RLIMIT_NPROC`` of 0     job object, audit hook
imports               none but what is built into Python: everything is imported before
====================  ======================  ========================  ===============================
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.machinery import BuiltinImporter, FrozenImporter, ModuleSpec
from types import ModuleType
from typing import Any

RECURSION_LIMIT = 1_000
OUT_OF_MEMORY = 3
"""Exit status of a process that was denied memory."""
WATCH_SECONDS = 0.25 if sys.platform == "darwin" else None
"""How often the helper looks at a child's memory where the kernel holds it to no limit; None where it does."""

_REFUSED_EVENTS = ("open", "socket.", "subprocess.", "os.", "shutil.", "tempfile.", "ctypes.dlopen", "winreg.")


class NoImports:
    """The last of the finders in a locked process: nothing can be imported any more.

    A plain search would end in "too many open files", which libraries with optional imports do not expect.
    """

    def __init__(self) -> None:
        self.refused: list[str] = []

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Note what was asked for, and refuse it."""
        self.refused.append(name)
        raise ModuleNotFoundError(f"{name} cannot be imported while a file is read", name=name)


NO_IMPORTS = NoImports()


def confine(limits: dict[str, int]) -> None:
    """Give up, for good, the right to open anything; be held to limits from now on."""
    if os.name == "nt":
        _limit_by_job(limits)
        sys.addaudithook(_refuse)
    else:
        _limit_by_kernel(limits)
    sys.meta_path[:] = [BuiltinImporter, FrozenImporter, NO_IMPORTS]
    sys.setrecursionlimit(RECURSION_LIMIT)


def _limit_by_kernel(limits: dict[str, int]) -> None:
    import resource

    for name in ("SIGXCPU", "SIGALRM", "SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits["wall_seconds"])
    wanted = {
        resource.RLIMIT_AS: limits["memory_bytes"],
        resource.RLIMIT_CPU: limits["cpu_seconds"],
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_NOFILE: 0,  # nothing new can be opened, no file and no socket
    }
    for kind, value in wanted.items():
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):  # a system that knows no such limit, or one that is already lower
            continue


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what opens something (an audit hook, for systems without a limit of open files)."""
    if event.startswith(_REFUSED_EVENTS):
        raise OSError(f"{event} is not allowed while a file is read")


def _limit_by_job(limits: dict[str, int]) -> None:
    """Put this process into a Windows job object that limits memory, processor time and processes."""
    import ctypes

    windll: Any = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    windll.CreateJobObjectW.restype = windll.GetCurrentProcess.restype = ctypes.c_void_p
    windll.SetInformationJobObject.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_uint32)
    windll.AssignProcessToJobObject.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    job = windll.CreateJobObjectW(None, None)
    information = job_information(limits)
    extended_limits = 9
    held = windll.SetInformationJobObject(job, extended_limits, ctypes.byref(information), ctypes.sizeof(information))
    if not held or not windll.AssignProcessToJobObject(job, windll.GetCurrentProcess()):
        raise OSError(f"no job object can be had (Windows error {ctypes.get_last_error()})")  # type: ignore[attr-defined,unused-ignore]


def job_information(limits: dict[str, int]) -> Any:
    """Return a ``JOBOBJECT_EXTENDED_LIMIT_INFORMATION`` of Windows with our limits in it."""
    import ctypes

    class Basic(ctypes.Structure):
        _fields_ = (
            ("PerProcessUserTimeLimit", ctypes.c_int64),  # in units of 100 ns
            ("PerJobUserTimeLimit", ctypes.c_int64),
            ("LimitFlags", ctypes.c_uint32),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", ctypes.c_uint32),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", ctypes.c_uint32),
            ("SchedulingClass", ctypes.c_uint32),
        )

    class Extended(ctypes.Structure):
        _fields_ = (
            ("BasicLimitInformation", Basic),
            ("IoInfo", ctypes.c_uint64 * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        )

    process_time, active_processes, process_memory, job_memory, die_on_unhandled = 0x2, 0x8, 0x100, 0x200, 0x400
    kill_on_close = 0x2000
    basic = Basic(
        PerProcessUserTimeLimit=limits["cpu_seconds"] * 10_000_000,
        LimitFlags=process_time | active_processes | process_memory | job_memory | die_on_unhandled | kill_on_close,
        ActiveProcessLimit=1,
    )
    return Extended(basic, ProcessMemoryLimit=limits["memory_bytes"], JobMemoryLimit=limits["memory_bytes"])


def resident_bytes(process: int) -> int:
    """Return how much memory a process holds, as ``ps`` says; 0 where that cannot be told."""
    try:
        shown = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True, timeout=5)
        return int(shown.stdout) * 1024
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def what_became(status: int) -> str:
    """Say why a reading process ended without an answer, given its exit code (a signal's number negative)."""
    if status == OUT_OF_MEMORY:
        return "needs more memory than reading a file may take; split it"
    if -status in [getattr(signal, name, None) for name in ("SIGXCPU", "SIGALRM", "SIGKILL")]:
        return "reading it takes too long; split it or save it again"
    if status < 0:
        return "its reader crashed; save it again or in another format"
    return "reading it failed; save it again or in another format"
