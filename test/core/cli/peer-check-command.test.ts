import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "./run-line.ts";

const PLACE = ["--base", "check.example", "--endpoint", "http://127.0.0.1:9", "--listen", "127.0.0.1:9"];

void test("a check that nobody could make is wrong use", async () => {
  const wrong = [
    ["ftp://a.example"],
    ["http://a.example"],
    ["https://a.example", "--code", "mtp1:no"],
    ["https://a.example", "--owner-wait", "soon"],
    ["https://a.example", "--owner-wait", "5"],
    ["https://a.example", "--base", "check.example"],
    ["https://a.example", ...PLACE.slice(0, 4), "--listen", "nowhere"],
  ];
  for (const line of wrong) {
    const { code, err } = await run(["peer", "check", ...line]);
    assert.equal(code, 2, line.join(" "));
    assert.match(err, /usage/, line.join(" "));
  }
});

void test("a gateway that does not answer can't be checked", async () => {
  const { code, err } = await run(["peer", "check", "http://127.0.0.1:9"]);
  assert.equal(code, 1);
  assert.match(err, /peer_unreachable/);
});
