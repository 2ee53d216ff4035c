"""The GitHub Action: its steps, run in bash as a runner would run them."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests import webs
from tests.repositories import Repository, copied

_EXPRESSION: Final = re.compile(r"\$\{\{ ([\w.-]+) \}\}")


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of the action left: exit code, what it printed, its outputs and its summary."""

    code: int
    out: str
    outputs: dict[str, str]
    summary: str


@dataclass(slots=True)
class Runner:
    """A runner of composite actions, as far as this one needs it."""

    action: dict[str, Any]
    repository: Repository
    scratch: Path
    values: dict[str, str] = field(default_factory=dict)

    def run(self, **inputs: str) -> Run:
        """Run the action's steps until one fails."""
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert given.keys() <= self.action["inputs"].keys()
        self.values = {"github.action_path": str(self.repository.folder)}
        for name, said in self.action["inputs"].items():
            self.values[f"inputs.{name}"] = given.get(name, said["default"])
        summary = self.scratch / "summary"
        summary.write_text("", encoding="utf-8")
        code, out = 0, ""
        for step in self.action["runs"]["steps"]:
            done = self.step(step, summary)
            code, out = done.returncode, out + done.stdout + done.stderr
            if code:
                break
        outputs = {name: self.filled(said["value"]) for name, said in self.action["outputs"].items()}
        return Run(code, out, outputs, summary.read_text(encoding="utf-8"))

    def step(self, step: dict[str, Any], summary: Path) -> subprocess.CompletedProcess[str]:
        """Run one step, and keep its outputs."""
        script, output = self.scratch / "script", self.scratch / "output"
        script.write_text(step["run"], encoding="utf-8")
        output.write_text("", encoding="utf-8")
        environment = {name: self.filled(value) for name, value in step["env"].items()}
        done = self.repository.run(
            *("bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)),
            **environment,
            GITHUB_OUTPUT=str(output),
            GITHUB_STEP_SUMMARY=str(summary),
            RUNNER_TEMP=str(self.scratch),
        )
        for line in output.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            self.values[f"steps.{step['id']}.outputs.{name}"] = value
        return done

    def filled(self, text: str) -> str:
        """Put values for expressions; what has no value is empty, as on a runner."""
        return _EXPRESSION.sub(lambda found: self.values.get(found[1], ""), text)


@pytest.fixture(scope="module")
def action(root: Path) -> dict[str, Any]:
    """Return `action.yml` as a dictionary."""
    read: dict[str, Any] = yaml.safe_load((root / "action.yml").read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def runner(action: dict[str, Any], root: Path, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """Return a runner in a copy of this repository."""
    folder = tmp_path_factory.mktemp("action")
    repository = copied(root, folder / "aiweb")
    scratch = folder / "runner's temp"
    scratch.mkdir()
    return Runner(action, repository, scratch)


def write(runner: Runner, text: str | None) -> str:
    """Write a web of `tests/webs.py` as web.yaml, commit it, and name the commit."""
    (runner.repository.folder / "web.yaml").write_text(webs.yaml(text or ""), encoding="utf-8")
    return runner.repository.commit()


def test_no_expression_stands_in_a_script(action: dict[str, Any]) -> None:
    """A branch may be named `$(…)`: what comes from outside comes through the environment."""
    assert [step["name"] for step in action["runs"]["steps"] if "${{" in step["run"]] == []
    assert {step["shell"] for step in action["runs"]["steps"]} == {"bash"}


def test_every_input_and_output_is_explained(action: dict[str, Any]) -> None:
    """registry, strict and base-ref; valid and report."""
    assert list(action["inputs"]) == ["registry", "strict", "base-ref"]
    assert list(action["outputs"]) == ["valid", "report"]
    assert all(each["description"] for kind in ("inputs", "outputs") for each in action[kind].values())


@pytest.mark.slow
def test_the_registry_itself_passes_and_is_counted(runner: Runner) -> None:
    """deals.yaml, under every rule and all advice, with nothing to compare."""
    done = runner.run(strict="true")

    assert done.code == 0, done.out
    assert done.outputs["valid"] == "true"
    assert "::error" not in done.out
    assert re.search(r"^\| deals \| \d+ \|$", done.summary, re.MULTILINE)
    assert Path(done.outputs["report"]).read_text(encoding="utf-8") == done.summary


@pytest.mark.slow
def test_a_change_is_shown_with_its_effect_on_the_figures(runner: Runner) -> None:
    """
    nvidia -> openai: 100
    openai -> nvidia: 60 purchase
    """
    text = str(test_a_change_is_shown_with_its_effect_on_the_figures.__doc__)
    base = write(runner, text)
    write(runner, f"{text.replace('60', '80')}    oracle -> openai: 7\n")
    done = runner.run(registry="web.yaml", base_ref=base)
    counts, deals, figures = re.split(r"^### (?:Deals|Figures)$", done.summary, flags=re.MULTILINE)

    assert done.code == 0, done.out
    assert "\n| deals | 2 | 3 |\n" in counts
    assert "\n+d3," in deals
    assert "\n-| gross | $160 |" in figures
    assert "\n+| gross | $187 |" in figures
    assert figures.rstrip().endswith("~~~~")


@pytest.mark.slow
def test_a_change_that_moves_nothing_says_so(runner: Runner) -> None:
    """
    nvidia -> openai: 100
    """
    write(runner, test_a_change_that_moves_nothing_says_so.__doc__)
    done = runner.run(registry="web.yaml", base_ref="HEAD")

    assert done.code == 0, done.out
    assert done.summary.count("Nothing changes.") == 2


@pytest.mark.slow
def test_a_base_that_is_not_there_is_fetched(runner: Runner, tmp_path: Path) -> None:
    """
    nvidia -> openai: 100
    """
    write(runner, test_a_base_that_is_not_there_is_fetched.__doc__)
    runner.repository.git("branch", "--force", "there")
    shallow = tmp_path / "shallow"
    runner.repository.git("clone", "-q", "--depth=1", runner.repository.folder.as_uri(), str(shallow))
    here = Runner(runner.action, Repository(shallow, runner.repository.environment), runner.scratch)

    assert here.repository.run("git", "rev-parse", "--verify", "there").returncode
    assert "\n| deals | 1 | 1 |\n" in here.run(registry="web.yaml", base_ref="there").summary


@pytest.mark.slow
@pytest.mark.parametrize("base", ["nowhere", "$(touch pwned)", "--upload-pack=touch pwned"])
def test_a_base_that_is_nowhere_is_no_failure(base: str, runner: Runner) -> None:
    """
    nvidia -> openai: 100
    """
    write(runner, test_a_base_that_is_nowhere_is_no_failure.__doc__)
    done = runner.run(registry="web.yaml", base_ref=base)

    assert done.code == 0, done.out
    assert "not found at the base" in done.summary
    assert not (runner.repository.folder / "pwned").exists()


@pytest.mark.slow
def test_a_problem_is_marked_on_its_line_and_fails_the_job(runner: Runner) -> None:
    """
    nvidia -> openai: 100
    """
    write(runner, test_a_problem_is_marked_on_its_line_and_fails_the_job.__doc__)
    path = runner.repository.folder / "web.yaml"
    before, word, after = path.read_text(encoding="utf-8").partition("status: signed")
    path.write_text(f"{before}status: sigend{after}", encoding="utf-8")
    done = runner.run(registry="web.yaml", base_ref="HEAD")

    assert word
    assert done.code == 1
    assert done.outputs["valid"] == "false"
    assert f"::error file=web.yaml,line={before.count(chr(10)) + 1},col=" in done.out
    assert "web.yaml: 1 problem, no pieces of advice\n" in done.summary
    assert "nothing was counted or compared" in done.summary


@pytest.mark.slow
def test_a_registry_that_is_not_there_stops_the_job(runner: Runner) -> None:
    """registry: elsewhere.yaml."""
    done = runner.run(registry="elsewhere.yaml")

    assert done.code == 3
    assert "elsewhere.yaml" in done.out
    assert done.outputs["valid"] == ""
