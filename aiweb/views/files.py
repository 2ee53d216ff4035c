"""Writing files whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from aiweb.errors import FileError


def write(path: str | Path, text: str) -> Path:
    """Write UTF-8 with LF line ends beside the target, then put it in the target's place.

    Missing folders are made, a link is followed. If anything fails, the old file stays as it was.

    Raises:
        FileError: the file cannot be written.
    """
    temporary = ""
    try:
        target = Path(path).resolve()
        if target.exists() and not target.is_file():
            raise FileError(path, "it is there and no regular file")
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        Path(temporary).chmod(mode)
        Path(temporary).replace(target)
        temporary = ""
    except OSError as error:
        raise FileError(path, error.strerror or str(error)) from None
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
    return Path(path)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
