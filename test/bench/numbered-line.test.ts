import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sayFor, sayPaced, sayWindowed } from "./load.ts";
import { NumberedLine } from "./numbered-line.ts";

/** One whose messages arrive a moment after they were said. */
function quickLine(): NumberedLine {
  const line = new NumberedLine((number) => setImmediate(() => line.arrived(number, performance.now())));
  return line;
}

void describe("a line of numbered messages", () => {
  void it("counts what is lost, doubled or out of order", () => {
    const line = new NumberedLine(() => undefined);
    for (let i = 0; i < 4; i++) line.say();
    for (const number of [0, 0, 2, 1]) line.arrived(number, performance.now());
    // The second 0, the 2 after it and the 1 after that; as many came as were said.
    assert.equal(line.faults, 3);
    line.say();
    assert.equal(line.underWay, 1);
    assert.equal(line.faults, 4);
  });

  void it("knows how long each took", () => {
    const line = new NumberedLine(() => undefined);
    line.say();
    line.arrived(0, performance.now() + 1_000);
    const [took = 0, ...more] = line.takeArrivals();
    assert.ok(took >= 1_000 && took < 2_000, `${took} ms`);
    assert.deepEqual(more, []);
    assert.deepEqual(line.takeArrivals(), []);
  });
});

void describe("ways of saying", () => {
  void it("at a pace: all lines by turns", async () => {
    const lines = [quickLine(), quickLine()];
    await sayPaced(lines, 5, 500);
    assert.deepEqual(
      lines.map(({ said }) => said),
      [3, 2],
    );
  });

  void it("with a window: so many in all", async () => {
    const lines = [quickLine(), quickLine()];
    await sayWindowed(lines, 25, 3);
    assert.equal(
      lines.reduce((sum, { said }) => sum + said, 0),
      25,
    );
  });

  void it("for so long: and waits for the last", async () => {
    const lines = [quickLine(), quickLine()];
    const { messages, seconds } = await sayFor(lines, 0.1, 3);
    assert.equal(
      lines.reduce((sum, { said }) => sum + said, 0),
      messages,
    );
    assert.ok(messages > 6);
    assert.ok(seconds >= 0.1);
    assert.deepEqual(
      lines.map(({ faults }) => faults),
      [0, 0],
    );
  });
});
