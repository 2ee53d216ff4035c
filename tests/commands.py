"""Commands run in this process, on small registries: what they print, say and leave as exit code."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

from aiweb.cli import main
from tests import webs


@dataclass(frozen=True, slots=True)
class Done:
    """What is left of a command: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON is what it is
        """Standard output read as JSON."""
        return json.loads(self.out)


class Terminal(StringIO):
    """An output that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def aiweb(*arguments: object, out: StringIO | None = None) -> Done:
    """Run `aiweb` with these arguments; a defect keeps its traceback."""
    out, err = out or StringIO(), StringIO()
    argv = ["aiweb", *map(str, arguments)]
    code: object = 0
    with mock.patch.object(sys, "argv", argv), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
    assert isinstance(code, int)
    return Done(code, out.getvalue(), err.getvalue())


def written(folder: Path, text: str | None, **names: dict[str, str]) -> Path:
    """Write a web of `tests/webs.py` to a file.

    `names` replaces what the notation makes of a party: `openai={"name": "OpenAI", "ticker": "X"}`.
    """
    yaml = webs.yaml(text or "")
    for party, said in names.items():
        plain = f"  {party}: {{name: {party}, zh: {party}, kind: lab,"
        assert plain in yaml
        fields = {"zh": said["name"], "kind": "lab", **said}
        # JSON strings are YAML strings, whatever stands in them.
        flow = ", ".join(f"{field}: {json.dumps(value)}" for field, value in fields.items())
        yaml = yaml.replace(plain, f"  {party}: {{{flow},")
    path = folder / "web.yaml"
    path.write_text(yaml, encoding="utf-8", newline="\n")
    return path
