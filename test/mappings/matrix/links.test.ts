import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { matrixToAddress, parseMatrixLink } from "../../../mappings/matrix/links.ts";

void test("users and rooms in both notations, encoded or not", () => {
  const user = { kind: "user", id: "@al_x:hs.example" };
  const alias = { kind: "room", id: "#eng:hs.example" };
  const room = { kind: "room", id: "!abc:hs.example" };
  for (const [href, meaning] of [
    ["https://matrix.to/#/@al_x:hs.example", user],
    ["https://matrix.to/#/%40al_x%3Ahs.example", user],
    ["HTTPS://Matrix.to/#/%40al_x:hs.example?via=x", user],
    ["matrix:u/al_x:hs.example", user],
    ["matrix:u/al_x%3Ahs.example?action=chat", user],
    ["https://matrix.to/#/#eng:hs.example", alias],
    ["https://matrix.to/#/%23eng%3Ahs.example", alias],
    ["matrix:r/eng:hs.example", alias],
    ["https://matrix.to/#/!abc:hs.example?via=hs.example", room],
    ["matrix:roomid/abc:hs.example?via=hs.example", room],
    ["https://matrix.to/#/!abc", { kind: "room", id: "!abc" }],
    ["https://matrix.to/#/!abc:hs.example/$event", { kind: "event" }],
    ["matrix:roomid/abc:hs.example/e/event", { kind: "event" }],
    ["https://matrix.to/#/+group:hs.example", null],
    ["https://matrix.to/#/%zz", null],
    ["https://matrix.to.evil.example/#/@a:b", null],
    ["https://x.example/", null],
    ["matrix:", null],
    ["", null],
  ] as const)
    assert.deepEqual(parseMatrixLink(href), meaning, href);
});

void test("an address names what it was made for, and any text is answered", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (name, server) => {
      const id = `@${name}:${server}`.toWellFormed();
      assert.deepEqual(parseMatrixLink(matrixToAddress(id)), { kind: "user", id });
      parseMatrixLink(`matrix:${name}/${server}`);
    }),
    { seed: 8, numRuns: 300 },
  );
});
