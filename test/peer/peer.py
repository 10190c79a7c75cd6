"""An MTP peer on a loopback address, driven by lines of JSON.

    python3 peer.py --base gw-b.example --host chat.cafe.example --seed "any text"

prints {"ready": {"base", "endpoint", "kid", "public"}}, and then answers each line of standard input, such as
{"id": 1, "do": "group", "with": {"id": "tea"}}, by {"id": 1, "ok": {...}} or {"id": 1, "error": "..."}. Answers come
as they are ready: a command that waits keeps no other waiting. The end of the input ends the peer.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import threading
import traceback
from typing import Any

from commands import Commands
from mtp_gateway import Gateway
from mtp_lanes import Lanes
from mtp_peers import Identity
from mtp_server import PeerServer
from mtp_wire import SigningKey, b64u

_output = threading.Lock()


def say(line: dict[str, Any]) -> None:
    with _output:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def follow_new_peers(gateway: Gateway, lanes: Lanes) -> None:
    """Starts the threads for everybody who has a connection, as soon as there is one."""
    while not gateway.stopping:
        with gateway.lock:
            bases = {known.peer for known in gateway.connections.values()}
            for base in bases:
                lanes.ensure(base)
            gateway.lock.wait(1)


def obey(commands: Commands, line: str) -> None:
    """Runs one command and says what came of it."""
    asked = json.loads(line)
    try:
        name = asked["do"]
        if name.startswith("_"):
            raise ValueError(f"no command {name}")
        say({"id": asked["id"], "ok": getattr(commands, name)(**asked.get("with", {}))})
    except Exception as error:  # whatever went wrong belongs to whoever asked
        say({"id": asked["id"], "error": "".join(traceback.format_exception(error))})


def main() -> None:
    parser = argparse.ArgumentParser(description="An MTP peer for tests.")
    parser.add_argument("--base", required=True, help="base domain")
    parser.add_argument(
        "--host", action="append", default=[], help="a provider elsewhere than under the base domain"
    )
    parser.add_argument("--seed", help="text whose SHA-256 is the key's seed; the base domain if left out")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--wait", type=int, default=5, help="seconds that its requests are held")
    parser.add_argument(
        "--refetch", type=float, default=60, help="seconds between two looks at a well-known (M15)"
    )
    parser.add_argument("--feature", action="append", default=None, help="instead of markers and typing")
    options = parser.parse_args()
    seed = hashlib.sha256((options.seed or options.base).encode()).digest()
    features = ["markers", "typing"] if options.feature is None else options.feature
    identity = Identity(options.base, options.host, SigningKey.from_seed(seed), features)
    gateway = Gateway(identity, options.refetch, options.wait)
    server = PeerServer(gateway, options.port)
    lanes = Lanes(gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Thread(target=follow_new_peers, args=(gateway, lanes), daemon=True).start()
    named = {"base": identity.base, "endpoint": identity.endpoint}
    say({"ready": {**named, "kid": identity.key.kid, "public": b64u(identity.key.public)}})
    commands = Commands(gateway, server, lanes)
    for line in sys.stdin:
        threading.Thread(target=obey, args=(commands, line), daemon=True).start()
    with gateway.lock:
        gateway.stopping = True
        gateway.lock.notify_all()


if __name__ == "__main__":
    main()
