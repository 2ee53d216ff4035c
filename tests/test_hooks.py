"""The pre-commit hooks, run by pre-commit itself in another repository."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.repositories import Repository, copied, empty

CONFIGURATION: Final = """\
repos:
  - repo: {repository}
    rev: {commit}
    hooks:
      - id: aiweb-check
      - id: aiweb-fmt
"""


@dataclass(frozen=True, slots=True)
class User:
    """A repository with a registry, which takes the hooks from another repository."""

    repository: Repository

    def hook(self, name: str, registry: str) -> tuple[int, str]:
        """Run a hook as a commit of this registry would; give its exit code and what it printed."""
        (self.repository.folder / "deals.yaml").write_text(registry, encoding="utf-8")
        self.repository.git("add", "--all")
        return self.run(name)

    def run(self, *names: str) -> tuple[int, str]:
        """Run hooks on what is staged."""
        done = self.repository.run(sys.executable, "-m", "pre_commit", "run", *names)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def user(root: Path, tmp_path_factory: pytest.TempPathFactory) -> User:
    """Make a repository that takes the hooks from a copy of this one."""
    folder = tmp_path_factory.mktemp("hooks")
    source = copied(root, folder / "aiweb")
    made = empty(folder / "registry")
    configuration = CONFIGURATION.format(repository=source.folder, commit=source.commit())
    (made.folder / ".pre-commit-config.yaml").write_text(configuration, encoding="utf-8")
    cache = {"PRE_COMMIT_HOME": str(folder / "cache")}
    return User(Repository(made.folder, {**made.environment, **cache}))


@pytest.fixture(scope="module")
def registry(root: Path) -> str:
    """Return the text of the registry that ships with the package."""
    return (root / "deals.yaml").read_text(encoding="utf-8")


def test_every_hook_names_the_registry_and_takes_no_names(root: Path) -> None:
    """A hook without a name would read the registry that ships with the package, not the user's."""
    hooks: list[dict[str, Any]] = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text("utf-8"))

    assert [hook["id"] for hook in hooks] == ["aiweb-check", "aiweb-fmt"]
    assert {(hook["language"], hook["pass_filenames"]) for hook in hooks} == {("python", False)}
    assert {tuple(hook["args"]) for hook in hooks} == {("deals.yaml",)}


@pytest.mark.slow
@pytest.mark.parametrize("hook", ["aiweb-check", "aiweb-fmt"])
def test_a_commit_of_a_registry_without_problems_goes_through(hook: str, user: User, registry: str) -> None:
    """deals.yaml."""
    code, said = user.hook(hook, registry)

    assert code == 0, said
    assert "Passed" in said


@pytest.mark.slow
def test_a_commit_with_a_problem_is_stopped_at_its_line(user: User, registry: str) -> None:
    """The last status is misspelt; the registry that ships with the package would pass."""
    before, word, after = registry.rpartition("status: signed")
    code, said = user.hook("aiweb-check", f"{before}status: sigend{after}")

    assert word
    assert code == 1
    assert f"deals.yaml:{before.count(chr(10)) + 1}:" in said
    assert "did you mean 'signed'" in said


@pytest.mark.slow
def test_a_commit_in_another_layout_is_stopped(user: User, registry: str) -> None:
    """Two blank lines before the deals, where one belongs."""
    code, said = user.hook("aiweb-fmt", registry.replace("\ndeals:\n", "\n\ndeals:\n", 1))

    assert code == 1
    assert "deals.yaml" in said


@pytest.mark.slow
def test_a_commit_of_something_else_is_not_held_up(user: User) -> None:
    """notes.md, beside a registry that is not staged."""
    repository = user.repository
    repository.git("rm", "--cached", "--quiet", "--ignore-unmatch", "deals.yaml")
    (repository.folder / "deals.yaml").unlink(missing_ok=True)
    (repository.folder / "notes.md").write_text("A note.\n", encoding="utf-8")
    repository.git("add", "notes.md")
    code, said = user.run()

    assert code == 0, said
    assert said.count("(no files to check)Skipped") == 2
