import assert from "node:assert/strict";
import { test } from "node:test";
import {
  makeCursor,
  makeMembersCursor,
  makeValuesCursor,
  readCursor,
  readMembersCursor,
  readValuesCursor,
} from "../../../../core/federation/wire/cursor.ts";
import { ProblemError } from "../../../../core/federation/wire/problem.ts";
import { groupUri } from "../../../../mappings/ids.ts";
import { readPage } from "../../../docs/blocks.ts";
import { domain } from "../two-gateways.ts";

const uri = groupUri(domain("a.example"), "tea");
const other = groupUri(domain("a.example"), "coffee");

const codeOf = (read: () => unknown): string => {
  try {
    read();
  } catch (thrown) {
    if (thrown instanceof ProblemError) return thrown.code;
    throw thrown;
  }
  return "read";
};

void test("a cursor gives back the place that it was made of, however far", () => {
  for (const seq of [0, 1, 127, 128, 2 ** 31, 2 ** 31 + 1, 2 ** 53 - 1])
    for (const rev of [0, 1, 300]) {
      const text = makeCursor({ uri, rev, seq });
      assert.match(text, /^[A-Za-z0-9._~-]{1,128}$/);
      assert.deepEqual(readCursor(text, uri), { rev, seq });
    }
});

void test("a cursor of another group is told from one that is none", () => {
  const text = makeCursor({ uri, rev: 1, seq: 5 });
  assert.equal(
    codeOf(() => readCursor(text, other)),
    "cursor_foreign",
  );
  for (const broken of [
    "",
    "x",
    `${text}A`,
    text.slice(1),
    text.toLowerCase(),
    `${text}=`,
    "é",
    "A".repeat(200),
  ])
    assert.equal(
      codeOf(() => readCursor(broken, uri)),
      "cursor_malformed",
      broken,
    );
});

void test("no character of a cursor can be changed unnoticed", () => {
  const text = makeCursor({ uri, rev: 1, seq: 70_000 });
  for (let at = 0; at < text.length; at++) {
    const changed = text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
    assert.equal(
      codeOf(() => readCursor(changed, uri)),
      "cursor_malformed",
    );
  }
});

void test("cursors of logs, values and members are not taken for each other", () => {
  const log = makeCursor({ uri, rev: 1, seq: 5 });
  const values = makeValuesCursor(uri, 1, 5);
  const members = makeMembersCursor(uri, 1, 5);
  assert.deepEqual(readValuesCursor(values, uri), { rev: 1, n: 5 });
  assert.deepEqual(readMembersCursor(members, uri), { rev: 1, after: 5 });
  for (const read of [
    () => readCursor(values, uri),
    () => readCursor(members, uri),
    () => readValuesCursor(log, uri),
    () => readMembersCursor(values, uri),
  ])
    assert.equal(codeOf(read), "cursor_malformed");
});

void test("the cursors that the specification shows are of this form", () => {
  const tea = groupUri(domain("xmpp.gw-a.example"), "tea");
  const shown = [
    ...readPage("docs/mtp.md").matchAll(/"cursor": ?"([^"]{8,})"[^]{0,60}?"(?:seq|head)": ?(\d+)/g),
  ];
  assert.ok(shown.length >= 4);
  for (const [, text = "", seq] of shown)
    assert.deepEqual(readCursor(text, tea), { rev: 1, seq: Number(seq) });
});
