"""The values of the page, written short: equal parts once, and the keys of like objects once.

A packed value is JSON of this sort:

- a text, a truth, or a number that is not negative stands for itself;
- `-1 - n` stands for part `n` of the parts kept once;
- `[0, …]` is a list, `[k, …]` an object whose keys are the shape `k`, counted from 1;
- `[-1, n]` is the number `n`, where `n` is negative.

The script of the page reads it back in a dozen lines; nothing is lost on the way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeAlias

from aiweb.views.explorer.payload import Json

_Key: TypeAlias = tuple[str | int | float, ...]
_REFERENCE = 4
_LIST, _OBJECT = "[", "{"


def packed(value: Json) -> Json:
    """Write a value short.

    >>> packed([{"a": "a long text"}, {"a": "a long text"}])
    {'shapes': [['a']], 'kept': [[1, 'a long text']], 'root': [0, -1, -1]}
    """
    parts = _Parts()
    root = parts.number(value)
    return parts.written(root)


class _Parts:
    """Every part of a value once, by number; a part has a higher number than the parts in it."""

    def __init__(self) -> None:
        self._numbers: dict[_Key, int] = {}
        self._shapes: dict[tuple[str, ...], int] = {}
        self._uses: list[int] = []

    def number(self, value: Json) -> int:
        key = self._key(value)
        if key not in self._numbers:
            self._numbers[key] = len(self._numbers)
            self._uses.append(0)
            for part in _inner(key):
                self._uses[part] += 1
        return self._numbers[key]

    def _key(self, value: Json) -> _Key:
        if isinstance(value, Mapping):
            shape = self._shapes.setdefault(tuple(value), len(self._shapes) + 1)
            return (_OBJECT, shape, *map(self.number, value.values()))
        if isinstance(value, str | int | float):
            # True is 1 to a dictionary, but not to a reader.
            return (type(value).__name__, value)
        return (_LIST, 0, *map(self.number, value))

    def written(self, root: int) -> Json:
        """Write all parts: those worth it in the table, most used first, the others in their place."""
        keys = list(self._numbers)
        kept: dict[int, int] = {}
        sizes: list[int] = []
        for number, key in enumerate(keys):
            size = self._size(key, sizes)
            if self._uses[number] > 1 and (self._uses[number] - 1) * (size - _REFERENCE) > _REFERENCE:
                kept[number] = size
                size = _REFERENCE
            sizes.append(size)
        order = sorted(kept, key=lambda number: (-self._uses[number], number))
        references = {number: -1 - place for place, number in enumerate(order)}

        def text(number: int) -> Json:
            return references[number] if number in references else whole(number)

        def whole(number: int) -> Json:
            key = keys[number]
            if key[0] in {_LIST, _OBJECT}:
                return [key[1], *map(text, _inner(key))]
            value = key[1]
            return [-1, value] if not isinstance(value, str) and value < 0 else value

        return {
            "shapes": [list(shape) for shape in self._shapes],
            "kept": [whole(number) for number in order],
            "root": text(root),
        }

    @staticmethod
    def _size(key: _Key, sizes: list[int]) -> int:
        if key[0] in {_LIST, _OBJECT}:
            return 2 + len(str(key[1])) + sum(1 + sizes[part] for part in _inner(key))
        return len(json.dumps(key[1], ensure_ascii=False).encode())


def _inner(key: _Key) -> tuple[int, ...]:
    return tuple(int(part) for part in key[2:])
