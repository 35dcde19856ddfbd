"""The password of a server that others may reach: its scrypt hash in a file that only its owner can read."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_config_path

from index.config import APPLICATION
from index.errors import PinciteError

SHORTEST = 10
LONGEST = 1_000
_COST = {"n": 2**14, "r": 8, "p": 1}
_FORM = re.compile(r"scrypt:16384:8:1:([0-9a-f]{32}):([0-9a-f]{64})\n")


class PasswordError(PinciteError):
    """A password that cannot be set, kept or read."""


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """What is kept of a password.

    Attributes:
        salt: 16 random bytes.
        digest: scrypt of the password with it.
    """

    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, password: str) -> PasswordHash:
        """Return the hash of a new password.

        Raises:
            PasswordError: it is too short or too long, or not text.
        """
        if not SHORTEST <= len(password) <= LONGEST:
            raise PasswordError(f"the password has {len(password)} characters; choose one of {SHORTEST} to {LONGEST}")
        salt = secrets.token_bytes(16)
        try:
            return cls(salt, _scrypt(password, salt))
        except UnicodeEncodeError:
            raise PasswordError("the password is not valid text; type it as UTF-8") from None

    def matches(self, password: str) -> bool:
        """Return whether ``password`` is the one. Slow on purpose, and as slow for a wrong one."""
        return hmac.compare_digest(self.digest, _scrypt(password, self.salt))


def password_path() -> Path:
    """Return where the hash is kept: beside the settings file."""
    return user_config_path(APPLICATION, appauthor=False) / "password"


def load_password() -> PasswordHash | None:
    """Return the hash that was kept, or None.

    Raises:
        PasswordError: the file cannot be read, is damaged, or others may read it.
    """
    path = password_path()
    try:
        with path.open(encoding="ascii") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(1_000)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PasswordError(f"{path}: cannot be read ({error.strerror}); run 'pincite password' again") from None
    except UnicodeDecodeError:
        text = ""
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise PasswordError(f"{path}: others may read or change it; run 'pincite password' again")
    match = _FORM.fullmatch(text)
    if match is None:
        raise PasswordError(f"{path}: is damaged; run 'pincite password' again")
    return PasswordHash(bytes.fromhex(match[1]), bytes.fromhex(match[2]))


def save_password(password: str) -> Path:
    """Keep the hash of ``password`` instead of the former one, in one step; return where.

    Raises:
        PasswordError: it cannot be a password, or cannot be kept.
    """
    kept = PasswordHash.of(password)
    path = password_path()
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(f"scrypt:16384:8:1:{kept.salt.hex()}:{kept.digest.hex()}\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise PasswordError(f"{path}: cannot be written ({error.strerror}); make its folder writable") from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return path


def remove_password() -> bool:
    """Forget the password; return whether there was one.

    Raises:
        PasswordError: the file cannot be removed.
    """
    path = password_path()
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise PasswordError(f"{path}: cannot be removed ({error.strerror}); delete it yourself") from None
    return True


def _scrypt(password: str, salt: bytes) -> bytes:
    # One letter with an accent can be typed as one character or as two: both are the same password.
    typed = unicodedata.normalize("NFC", password).encode("utf-8")
    return hashlib.scrypt(typed, salt=salt, dklen=32, **_COST)
