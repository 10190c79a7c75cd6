"""The talk between a test and a client of another make: a line of JSON for each thing, in both directions.

The test says on stdin what to do: {"n": 1, "do": "say", ...}. The answer is {"answer": 1, "value": ...}, or
{"answer": 1, "error": "..."}. What the client's library has made of what it received is told as it comes:
{"heard": {"what": "said", ...}}; foreign-person.ts lists the facts.
"""
import asyncio
import json
import sys

LONGEST_LINE = 2**20


def tell(line):
    print(json.dumps(line), flush=True)


def heard(what, **facts):
    tell({"heard": {"what": what, **facts}})


async def obey(person):
    """Has the person do what the test says, one thing after another, until stdin ends. What can be done: its coroutines."""
    lines = asyncio.StreamReader(limit=LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        order = json.loads(line)
        number, act = order.pop("n"), order.pop("do")
        try:
            tell({"answer": number, "value": await getattr(person, act)(**order)})
        except Exception as error:
            tell({"answer": number, "error": f"{act}: {error!r}"})
    await person.leave()
