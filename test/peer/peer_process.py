"""Starts peer.py and gives it commands, one at a time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PEER = Path(__file__).parent / "peer.py"


class PeerProcess:
    """One running peer; `endpoint` is where it listens."""

    def __init__(self, base: str, *options: str) -> None:
        command = [sys.executable, "-B", str(PEER), "--base", base, *options]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._count = 0
        self.base = base
        self.endpoint: str = self._read()["ready"]["endpoint"]

    def do(self, command: str, /, **arguments: Any) -> dict[str, Any]:
        """Gives a command and returns what it answered; RuntimeError where it failed."""
        if self._process.stdin is None:
            raise RuntimeError("the peer has no input")
        self._count += 1
        self._process.stdin.write(json.dumps({"id": self._count, "do": command, "with": arguments}) + "\n")
        self._process.stdin.flush()
        answer = self._read()
        if "ok" not in answer:
            raise RuntimeError(f"{self.base}: {command}: {answer['error']}")
        return dict(answer["ok"])

    def end(self) -> None:
        """Ends the peer."""
        self._process.communicate(timeout=10)

    def _read(self) -> dict[str, Any]:
        line = "" if self._process.stdout is None else self._process.stdout.readline()
        if line == "":
            raise RuntimeError(f"the peer {self.base} has ended")
        return dict(json.loads(line))
