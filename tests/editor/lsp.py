"""A small editor: it speaks the Language Server Protocol with a server over standard input and output.

It opens texts and asks for completion, hover and error marks.
What the server asks in return is answered: settings as given, everything else with nothing.
Lines and columns count from 0, as they do in the protocol.
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

# A cold start on a slow machine; nothing comes near it otherwise.
_PATIENCE: Final = 60.0
_CAPABILITIES: Final = {
    "workspace": {"configuration": True},
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
        "hover": {"contentFormat": ["markdown"]},
        "publishDiagnostics": {},
    },
}


@dataclass(frozen=True, slots=True)
class Mark:
    """An error mark: its line, what stands under it in that line, what it says, and who says so."""

    line: int
    under: str
    message: str
    source: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One completion: what the list shows, what it writes, and the words beside it."""

    label: str
    writes: str
    words: str


class Silence(Exception):
    """The server ended, or did not answer in time."""

    def __init__(self, wanted: str, errors: bytes) -> None:
        super().__init__(f"no {wanted} from the language server\n{errors.decode(errors='replace')}".rstrip())


class Document:
    """A text that is open in an editor, with its error marks."""

    def __init__(self, editor: Editor, path: Path, marks: tuple[Mark, ...]) -> None:
        self._editor = editor
        self._uri = path.as_uri()
        self.marks = marks

    def offers(self, line: int, column: int) -> tuple[Offer, ...]:
        """List what the editor offers at a place."""
        answer = self._editor.ask("textDocument/completion", self._at(line, column))
        return tuple(
            Offer(item["label"], item["textEdit"]["newText"], _words(item.get("documentation")))
            for item in answer["items"]
        )

    def hover(self, line: int, column: int) -> str:
        """Read what the editor shows about a place."""
        answer = self._editor.ask("textDocument/hover", self._at(line, column))
        return _words(answer and answer["contents"])

    def _at(self, line: int, column: int) -> dict[str, object]:
        return {"textDocument": {"uri": self._uri}, "position": {"line": line, "character": column}}


class Editor:
    """One running server."""

    def __init__(
        self, process: subprocess.Popen[bytes], folder: Path, settings: Mapping[str, object]
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._arrived: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._errors: list[bytes] = []
        self._asked = 0
        self._opened = 0
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._input: IO[bytes] = process.stdin
        # Both outputs are drained all the time: a full pipe would stop the server.
        threading.Thread(target=self._listen, args=(process.stdout,), daemon=True).start()
        threading.Thread(target=self._errors.extend, args=(process.stderr,), daemon=True).start()

    def open(self, text: str) -> Document:
        """Show a text as if it stood in the folder, and wait for its error marks.

        Each text is a file of its own: the server keeps what it parsed by name and version.
        """
        self._opened += 1
        path = self._folder / f"{self._opened}.yaml"
        item = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": item})
        for message in self._messages("error marks"):
            if message.get("method") == "textDocument/publishDiagnostics":
                said = message["params"]
                if said["uri"] == item["uri"]:
                    rows = text.splitlines()
                    return Document(self, path, tuple(_mark(found, rows) for found in said["diagnostics"]))
        raise AssertionError

    def ask(self, method: str, parameters: object) -> Any:  # noqa: ANN401 each method has its own answer
        """Ask the server, and wait for its answer."""
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": parameters})
        for message in self._messages(f"answer to {method}"):
            if message.get("id") == self._asked and "method" not in message:
                assert "error" not in message, message
                return message["result"]
        raise AssertionError

    def tell(self, method: str, parameters: object) -> None:
        """Tell the server something that has no answer."""
        self._send({"method": method, "params": parameters})

    def start(self) -> None:
        """Greet the server."""
        self.ask(
            "initialize",
            {"processId": None, "rootUri": self._folder.as_uri(), "capabilities": _CAPABILITIES},
        )
        self.tell("initialized", {})

    def stop(self) -> None:
        """Take leave of the server."""
        self.ask("shutdown", None)
        self.tell("exit", None)

    def _messages(self, wanted: str) -> Iterator[dict[str, Any]]:
        """Give messages as they come, and answer the server's own questions on the way."""
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                message = self._arrived.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                message = None
            if message is None:
                raise Silence(wanted, b"".join(self._errors))
            if "method" in message and "id" in message:
                self._send({"id": message["id"], "result": self._answer(message)})
            yield message

    def _answer(self, question: Mapping[str, Any]) -> object:
        if question["method"] != "workspace/configuration":
            return None
        return [self._settings.get(item["section"]) for item in question["params"]["items"]]

    def _send(self, message: Mapping[str, object]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._input.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._input.flush()

    def _listen(self, output: IO[bytes]) -> None:
        """Read messages until the server's output ends."""
        length = 0
        while header := output.readline():
            name, _, value = header.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            elif not header.strip():
                self._arrived.put(json.loads(output.read(length)))
        self._arrived.put(None)


@contextmanager
def editor(command: Sequence[str], folder: Path, settings: Mapping[str, object]) -> Iterator[Editor]:
    """Start a language server in a folder, and end it whatever happens."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        try:
            opened = Editor(process, folder, settings)
            opened.start()
            yield opened
            opened.stop()
            process.wait(_PATIENCE)
        finally:
            process.kill()


def _mark(found: Mapping[str, Any], rows: Sequence[str]) -> Mark:
    start, end = found["range"]["start"], found["range"]["end"]
    stop = end["character"] if end["line"] == start["line"] else None
    under = rows[start["line"]][start["character"] : stop]
    return Mark(start["line"], under, found["message"], found["source"])


def _words(contents: dict[str, str] | str | None) -> str:
    return contents["value"] if isinstance(contents, dict) else contents or ""
