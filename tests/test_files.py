"""Writing: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aiweb.errors import FileError
from aiweb.views import files
from aiweb.views.files import write

POSIX = pytest.mark.skipif(os.name == "nt", reason="modes and links are other things there")


def test_a_file_is_utf8_with_plain_line_ends(tmp_path: Path) -> None:
    """英伟达, two lines."""
    path = write(tmp_path / "a.txt", "英伟达\nb\n")

    assert path.read_bytes() == "英伟达\nb\n".encode()


def test_missing_folders_are_made(tmp_path: Path) -> None:
    """a/b/c.txt where there is no a."""
    path = tmp_path / "a" / "b" / "c.txt"

    assert write(path, "x") == path
    assert path.read_text(encoding="utf-8") == "x"


def test_nothing_else_is_left_beside_it(tmp_path: Path) -> None:
    """Written twice."""
    for text in ("first", "second"):
        write(tmp_path / "a.txt", text)

    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "second"


@POSIX
def test_a_mode_is_kept(tmp_path: Path) -> None:
    """A file that only its owner reads."""
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o600)
    write(path, "new")

    assert path.stat().st_mode & 0o777 == 0o600


@POSIX
def test_a_new_file_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    """A temporary file is private; what takes its place is not."""
    plain = tmp_path / "plain.txt"
    plain.touch()

    assert write(tmp_path / "a.txt", "x").stat().st_mode == plain.stat().st_mode


@POSIX
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """link.txt -> target.txt."""
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    write(link, "new")

    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    """A folder where the file should be."""
    with pytest.raises(FileError, match="no regular file"):
        write(tmp_path, "x")


@POSIX
def test_a_device_is_not_replaced() -> None:
    """/dev/null would be a plain file afterwards, for everybody."""
    with pytest.raises(FileError, match="no regular file"):
        write(os.devnull, "x")


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    """a.txt/b.txt where a.txt is a file."""
    (tmp_path / "a.txt").touch()

    with pytest.raises(FileError, match=r"b\.txt"):
        write(tmp_path / "a.txt" / "b.txt", "x")


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full when the last byte is written."""
    path = write(tmp_path / "a.txt", "old")

    def full(_: int, __: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "chmod", full)
    with pytest.raises(FileError, match=r"a\.txt: No space left on device"):
        write(path, "new")
    monkeypatch.undo()
    assert [(file.name, file.read_text(encoding="utf-8")) for file in tmp_path.iterdir()] == [
        ("a.txt", "old")
    ]


def test_a_text_that_cannot_be_encoded_leaves_nothing_behind(tmp_path: Path) -> None:
    """Half of a pair of surrogates: a defect, so it keeps its traceback."""
    path = write(tmp_path / "a.txt", "old")

    with pytest.raises(UnicodeEncodeError):
        write(path, "\ud800")
    assert [(file.name, file.read_text(encoding="utf-8")) for file in tmp_path.iterdir()] == [
        ("a.txt", "old")
    ]


def test_the_umask_is_as_it_was() -> None:
    """It can only be read by setting it."""
    before = os.umask(0o027)
    try:
        assert files._umask() == 0o027
        assert files._umask() == 0o027
    finally:
        os.umask(before)
