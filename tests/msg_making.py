"""Messages as Outlook saves them, made for tests: a compound file with a property a stream."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Any

_END, _FREE, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFF
_CUT_OFF = 4096

Tree = dict[str, Any]
"""Name of a stream to its bytes, or of a storage to what is in it."""


def compound_file(tree: Tree) -> bytes:
    """Return a compound file of version 3 with these streams and storages."""
    entries: list[dict[str, Any]] = []
    _collect("Root Entry", tree, entries)
    small = b""
    sectors: list[bytes] = []
    fat: list[int] = []
    mini_fat: list[int] = []

    def chain(data: bytes) -> int:
        first = len(sectors)
        count = -(-len(data) // 512)
        for i in range(count):
            sectors.append(data[512 * i : 512 * i + 512].ljust(512, b"\0"))
            fat.append(first + i + 1 if i + 1 < count else _END)
        return first if count else _END

    for entry in entries[1:]:
        data = entry.get("data")
        if data is None:
            continue
        if len(data) >= _CUT_OFF:
            entry["start"] = chain(data)
        elif data:
            entry["start"] = len(mini_fat)
            count = -(-len(data) // 64)
            mini_fat += [entry["start"] + i + 1 if i + 1 < count else _END for i in range(count)]
            small += data.ljust(64 * count, b"\0")
    entries[0]["start"], entries[0]["size"] = chain(small), len(small)
    mini_fat_start = chain(struct.pack(f"<{len(mini_fat)}I", *mini_fat)) if mini_fat else _END
    directory_start = chain(b"".join(_entry(entry) for entry in entries))
    fat_count = 1
    while fat_count * 128 < len(sectors) + fat_count:
        fat_count += 1
    fat_at = len(sectors)
    fat += [0xFFFFFFFD] * fat_count
    fat += [_FREE] * (fat_count * 128 - len(fat))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, fat_count, directory_start, 0, _CUT_OFF,
                      mini_fat_start, -(-len(mini_fat) // 128), _END, 0, fat_at)
        + struct.pack("<108I", *range(fat_at + 1, fat_at + fat_count), *[_FREE] * (109 - fat_count))
    )  # fmt: skip
    return header + b"".join(sectors) + struct.pack(f"<{len(fat)}I", *fat)


def _collect(name: str, content: Any, entries: list[dict[str, Any]]) -> int:
    number = len(entries)
    entry: dict[str, Any] = {"name": name, "start": 0, "size": 0, "right": _NONE, "child": _NONE}
    entries.append(entry)
    if isinstance(content, bytes):
        entry |= {"data": content, "size": len(content), "kind": 2}
        return number
    entry["kind"] = 1 if number else 5
    previous = None
    for inner in sorted(content, key=lambda item: (len(item), item.upper())):
        child = _collect(inner, content[inner], entries)
        if previous is None:
            entry["child"] = child
        else:
            entries[previous]["right"] = child
        previous = child
    return number


def _entry(entry: dict[str, Any]) -> bytes:
    name = entry["name"].encode("utf-16-le") + b"\0\0"
    return (
        name.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(name), entry["kind"], 1, _NONE, entry["right"], entry["child"])
        + bytes(36)
        + struct.pack("<IQ", entry["start"], entry["size"])
    )


def properties(fixed: dict[int, int | bool | datetime] | None, header: int) -> bytes:
    """Return a stream of the properties that have one size, after a header of so many bytes."""
    packed = bytes(header)
    for number, value in (fixed or {}).items():
        if isinstance(value, datetime):
            ticks = int((value.astimezone(UTC) - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
            packed += struct.pack("<HHIQ", 0x0040, number, 6, ticks)
        else:
            kind = 0x000B if isinstance(value, bool) else 0x0003
            packed += struct.pack("<HHIq", kind, number, 6, int(value))
    return packed


def _streams(values: dict[int, str | bytes], *, unicode: bool = True) -> Tree:
    streams: Tree = {}
    for number, value in values.items():
        if isinstance(value, bytes):
            streams[f"__substg1.0_{number:04X}0102"] = value
        elif unicode:
            streams[f"__substg1.0_{number:04X}001F"] = value.encode("utf-16-le")
        else:
            streams[f"__substg1.0_{number:04X}001E"] = value.encode("cp1252")
    return streams


def message(
    values: dict[int, str | bytes],
    *,
    fixed: dict[int, int | bool | datetime] | None = None,
    recipients: list[tuple[int, str, str]] = [],  # noqa: B006
    attachments: list[Tree] = [],  # noqa: B006
    is_inside: bool = False,
    unicode: bool = True,
) -> Tree:
    """Return a message: its properties by number, (kind, name, address) of its recipients, and what it carries."""
    tree = _streams(values, unicode=unicode)
    tree["__properties_version1.0"] = properties(fixed, 24 if is_inside else 32)
    for number, (kind, name, address) in enumerate(recipients):
        recipient = _streams({0x3001: name, 0x39FE: address})
        tree[f"__recip_version1.0_#{number:08X}"] = recipient | {
            "__properties_version1.0": properties({0x0C15: kind}, 8)
        }
    for number, attachment in enumerate(attachments):
        tree[f"__attach_version1.0_#{number:08X}"] = attachment
    return tree


def attachment(name: str, data: bytes, media_type: str = "", *, is_hidden: bool = False) -> Tree:
    """Return a file attached to a message."""
    fixed: dict[int, int | bool | datetime] = {0x3705: 1, 0x7FFE: is_hidden}
    return _streams({0x3707: name, 0x3701: data, 0x370E: media_type}) | {
        "__properties_version1.0": properties(fixed, 8)
    }


def attached_message(name: str, inner: Tree) -> Tree:
    """Return a message attached to a message."""
    return _streams({0x3001: name}) | {
        "__substg1.0_3701000D": inner,
        "__properties_version1.0": properties({0x3705: 5}, 8),
    }
