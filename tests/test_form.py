"""The issue form for a tip or a correction: it asks in the words of the registry."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import yaml

from aiweb.model import Grade, Instrument, Status


@pytest.fixture(scope="module")
def form(root: Path) -> dict[str, Any]:
    """Return the form as a dictionary."""
    text = (root / ".github" / "ISSUE_TEMPLATE" / "deal.yml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


@pytest.mark.parametrize("field, words", [("instrument", Instrument), ("status", Status), ("grade", Grade)])
def test_a_list_has_the_words_of_the_registry(form: dict[str, Any], field: str, words: type[StrEnum]) -> None:
    """All of them, in the same order."""
    (asked,) = [part for part in form["body"] if part.get("id") == field]

    assert asked["attributes"]["options"] == list(words)


def test_a_source_is_needed(form: dict[str, Any]) -> None:
    """What it is about, which entry, what it should say, and where that is published."""
    needed = {part["id"] for part in form["body"] if part.get("validations", {}).get("required")}

    assert needed == {"about", "entry", "says", "source"}
