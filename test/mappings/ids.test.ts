import assert from "node:assert/strict";
import { test } from "node:test";
import { groupUri, parseEventId, parseGroupUri, parseProviderDomain, userUri } from "../../mappings/ids.ts";

const domain = parseProviderDomain("xmpp.mimi.example");
assert.ok(domain);

void test("a provider's domain is a host name in lower case", () => {
  for (const good of ["a", "mimi.localhost", "xn--bcher-kva.example", "a-b.c0"])
    assert.equal(parseProviderDomain(good), good);
  for (const bad of [
    "",
    "A.example",
    "a..b",
    "-a.example",
    "a-.example",
    "a.example.",
    "a b",
    `${"a".repeat(64)}.b`,
  ])
    assert.equal(parseProviderDomain(bad), null, bad);
});

void test("URIs are made of a domain and an id that needs no escapes", () => {
  assert.equal(userUri(domain, "0a1b"), "mimi://xmpp.mimi.example/u/0a1b");
  assert.equal(groupUri(domain, "lobby"), "mimi://xmpp.mimi.example/r/lobby");
  for (const bad of ["", "A", "a/b", "a%20b", "a b", "-a", "a".repeat(129)])
    assert.throws(() => userUri(domain, bad), RangeError, bad);
});

void test("a group's URI is read back only in its own form", () => {
  assert.equal(parseGroupUri("mimi://a.example/r/x1"), "mimi://a.example/r/x1");
  for (const bad of [
    "mimi://a.example/u/x1",
    "mimi://A.example/r/x",
    "mimi://a.example/r/",
    "x",
    "mimi://a/r/b/c",
  ])
    assert.equal(parseGroupUri(bad), null, bad);
});

void test("an event id is 64 lower-case hexadecimal digits", () => {
  const id = "01".repeat(32);
  assert.equal(parseEventId(id), id);
  for (const bad of [id.slice(1), `${id}0`, "0G".repeat(32), id.replace("0", "A")])
    assert.equal(parseEventId(bad), null, bad);
});
