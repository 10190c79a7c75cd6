import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { temporaryFolder } from "../support/servers.ts";
import { fuzz, reduced, sizeOf } from "./fuzz.ts";
import { fuzzMtp } from "./mtp/run.ts";
import { type FuzzedReader, readers } from "./readers.ts";

/** Always the same inputs, but for a machine on which they would take too long. */
const SHORT = { inputs: 400, seconds: 2, cpu: null };

const faulty = (read: (input: string) => unknown): FuzzedReader => ({
  name: "faulty",
  make: (random) => Array.from({ length: 50 }, () => random.pick(["a", "b", "<", ">"])).join(""),
  read,
  refuses: (error) => error instanceof SyntaxError,
});

void describe("readers take whatever comes", () => {
  for (const reader of readers)
    void it(reader.name, () => {
      const { inputs, taken, failure } = fuzz(reader, 20_261_122, SHORT);
      assert.equal(failure, null, failure === null ? "" : `${JSON.stringify(failure.input)}: ${failure.why}`);
      assert.ok(inputs > 20);
      assert.ok(taken > inputs / 50, `${taken} of ${inputs} inputs were read at all`);
    });
});

const folder = temporaryFolder("fuzz");

void describe("the door to other gateways takes whatever comes", () => {
  void it("answers it all, lets nobody in, and keeps nothing of what it refuses", async () => {
    const { requests, faults, statuses } = await fuzzMtp(folder, 20_261_122, {
      requests: 1_500,
      answerMs: 20_000,
    });
    assert.deepEqual(faults, []);
    assert.equal(requests, 1_500);
    assert.ok((statuses[200] ?? 0) > 100 && (statuses[400] ?? 0) > 30, JSON.stringify(statuses));
  });
});

void describe("the fuzz run", () => {
  void it("finds a throw that is no refusal, and cuts its input down", () => {
    const { failure } = fuzz(
      faulty((input) => {
        if (input.includes("<") && input.endsWith("b")) throw new TypeError("oh");
        throw new SyntaxError("no");
      }),
      1,
      SHORT,
    );
    assert.equal(failure?.input, "<b");
    assert.match(failure.why, /TypeError: oh/);
  });

  void it("finds output that grows faster than the input", () => {
    const { failure } = fuzz(
      faulty((input) => Array.from(input, () => "x".repeat(input.length * 10))),
      1,
      SHORT,
    );
    assert.match(failure?.why ?? "", /characters and values from/);
  });

  void it("makes the same input of the same seed", () => {
    const seen: string[] = [];
    const reader = faulty((input) => seen.push(input));
    fuzz(reader, 5, { ...SHORT, inputs: 3 });
    fuzz(reader, 5, { ...SHORT, inputs: 3 });
    assert.deepEqual(seen.slice(0, 3), seen.slice(3));
    assert.equal(new Set(seen).size, 3);
  });

  void it("counts what it is given, however deep", () => {
    let deep: unknown = "abc";
    for (let level = 0; level < 100_000; level++) deep = [deep];
    assert.equal(sizeOf(deep), 100_004);
    assert.equal(sizeOf({ a: [undefined, null, "xy"] }), 7);
    assert.equal(
      reduced("aaXaa", (text) => text.includes("X")),
      "X",
    );
  });
});
