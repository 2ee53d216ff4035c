"""Git repositories for tests: empty ones, and copies of this one as it stands in the working tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository, and the environment in which commands run there."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command, with `more` in its environment."""
        return subprocess.run(
            command,
            cwd=self.folder,
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    def git(self, *arguments: str) -> str:
        """Run a git command that must succeed."""
        done = self.run("git", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self) -> str:
        """Commit everything, and name the commit."""
        self.git("add", "--all", "--force")
        self.git(
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@example.org",
            "commit",
            "-qm",
            "test",
            "--allow-empty",
        )
        return self.git("rev-parse", "HEAD")


def empty(folder: Path) -> Repository:
    """Make a repository in which packages can be installed without a network.

    The libraries are those of this environment.
    aiweb is not among them: an editable one is found by its path file, which is not read here.
    """
    # Of the caller's git nothing is left: a hook may be what runs these tests.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHON"))}
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    folder.mkdir(parents=True)
    made = Repository(
        folder,
        {
            **kept,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]]),
            "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it as: do not isolate
            "PIP_NO_DEPS": "1",
            "PIP_NO_INDEX": "1",
            "PYTHONPATH": os.pathsep.join(sorted(libraries)),
        },
    )
    made.git("init", "--quiet")
    return made


def copied(root: Path, folder: Path) -> Repository:
    """Copy the files of a working tree that are, or would be, committed."""
    made = empty(folder)
    source = Repository(root, made.environment)
    listed = source.git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, folder / name)
    return made
