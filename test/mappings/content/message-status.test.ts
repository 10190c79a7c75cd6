import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "cborg";
import { ContentError } from "../../../mappings/content/content-error.ts";
import { decodeStatuses, encodeStatuses, Status } from "../../../mappings/content/message-status.ts";
import { hex, id, toHex } from "./sample.ts";

/** The example of draft-mahy-mimi-message-status-01. */
const example = [
  { id: id("017ce54837404c3696e0c747b985cb172716d0ed0a3d249ca63ace7d82a096f4"), status: Status.read },
  { id: id("015354973c2b65ca937bf1e035ae53a5ab80e947afa43d46920d4202e5cc0b27"), status: Status.read },
  { id: id("018d825adf9f6be00dcafc5704c4102f5022e74219d0b603e4ba7622654042af"), status: Status.unread },
  { id: id("01e59db8173939facc2c8a4a0f0ae8d0c7a11a81239626630c9464a8d6717a03"), status: Status.expired },
];

void test("the published report has its published bytes", () => {
  const lines = example.map((one) => `825820${one.id}0${one.status}`);
  assert.equal(toHex(encodeStatuses(example)), `84${lines.join("")}`);
  assert.deepEqual(decodeStatuses(encodeStatuses(example)), example);
});

void test("a status that nobody knows is kept, and an empty report is one", () => {
  const [first] = example;
  assert.ok(first);
  assert.deepEqual(decodeStatuses(encodeStatuses([{ ...first, status: 255 }])), [{ ...first, status: 255 }]);
  assert.deepEqual(decodeStatuses(hex("80")), []);
});

void test("what is no report is refused", () => {
  const octets = new Uint8Array(32).fill(1);
  for (const shape of [
    new Map(),
    [1],
    [[octets]],
    [[octets, 1, 1]],
    [[octets.slice(1), 1]],
    [["x", 1]],
    [[octets, 256]],
    [[octets, -1]],
    [[octets, "1"]],
    Array.from({ length: 1025 }, () => [octets, 1]),
  ])
    assert.throws(() => decodeStatuses(encode(shape)), ContentError);
  assert.throws(() => decodeStatuses(hex("")), ContentError);
});

void test("a report beyond the limits cannot be written", () => {
  const one = { id: id("01".repeat(32)), status: 2 };
  assert.throws(() => encodeStatuses(Array.from({ length: 1025 }, () => one)), RangeError);
  assert.throws(() => encodeStatuses([{ ...one, status: 256 }]), RangeError);
});
