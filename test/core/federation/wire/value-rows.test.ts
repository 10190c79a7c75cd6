import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import {
  MOST_VALUES,
  readRows,
  valueMembers,
  wireProfile,
} from "../../../../core/federation/wire/value-rows.ts";
import { parseUserUri } from "../../../../mappings/ids.ts";

const user = "mimi://chat.gw-b.example/u/bob";
const uri = parseUserUri(user);
assert.ok(uri);
const id = "01".repeat(32);

void test("rows are read as the page says, and unknown names in them are ignored", () => {
  const marker = { user, kind: "read", id, at: 1_790_000_000_000 };
  const profile = { user, name: "Bob", rev: 1 };
  const transient = { user, kind: "typing", on: true };
  const avatar = "https://mtp.gw-b.example/media/x";
  assert.deepEqual(
    readRows({
      markers: [{ ...marker, later: 1 }],
      profiles: [profile, { ...profile, avatar }],
      transients: [transient],
    }),
    {
      markers: [marker],
      profiles: [
        { ...profile, avatar: null },
        { ...profile, avatar },
      ],
      transients: [transient],
    },
  );
  assert.deepEqual(readRows({}), { markers: [], profiles: [], transients: [] });
});

void test("a row that can't be read takes no other with it", () => {
  const good = { user, name: "Bob", rev: 1 };
  const bad = [
    null,
    7,
    { ...good, user: "bob" },
    { ...good, name: "" },
    { ...good, name: "x".repeat(257) },
    { ...good, rev: -1 },
    { ...good, rev: 1.5 },
    { ...good, rev: 2 ** 53 },
    { ...good, avatar: "http://x.test/a" },
    { ...good, avatar: "javascript:alert(1)" },
    { ...good, avatar: `https://x.test/${"a".repeat(2_048)}` },
  ];
  assert.equal(readRows({ profiles: [...bad, good] }).profiles.length, 1);
  const markers = [
    { user, kind: "seen", id, at: 1 },
    { user, kind: "read", id: "x", at: 1 },
    { user, kind: "read", id, at: -1 },
  ];
  assert.deepEqual(readRows({ markers }).markers, []);
  const transients = [
    { user, kind: "presence", on: true },
    { user, kind: "typing", on: 1 },
  ];
  assert.deepEqual(readRows({ transients }).transients, []);
  assert.equal(readRows({ profiles: [{ ...good, name: "\u{1F600}".repeat(256) }] }).profiles.length, 1);
});

void test("a body has arrays of rows, not more than are read", () => {
  const form = z.object(valueMembers);
  assert.ok(form.safeParse({ markers: [1], profiles: [], transients: ["x"] }).success);
  assert.ok(form.safeParse({}).success);
  assert.ok(!form.safeParse({ markers: {} }).success);
  assert.ok(!form.safeParse({ markers: Array(MOST_VALUES + 1).fill(0) }).success);
});

const given = (name: string, rev: number, avatar: string | null = null) =>
  wireProfile({ user: uri, name, avatar, rev });

void test("every profile that is given has the form that is asked for", () => {
  assert.deepEqual(given("Bob", 3), { user, name: "Bob", rev: 3 });
  assert.deepEqual(given("", -1), { user, name: "bob", rev: 0 });
  const long = given("\u{1F600}".repeat(300), 1, "https://x.test/a");
  assert.equal(Array.from(long.name).length, 256);
  assert.equal(readRows({ profiles: [long] }).profiles.length, 1);
  for (const avatar of ["http://127.0.0.1:4000/1.png", `https://x.test/${"a".repeat(3_000)}`])
    assert.deepEqual(given("Bob", 3, avatar), { user, name: "Bob", rev: 3 });
});
