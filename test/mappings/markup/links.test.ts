import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { allowedUrl, labelIsUrl, LONGEST_URL, mimiTarget } from "../../../mappings/markup/links.ts";

void test("links have a scheme that is allowed", () => {
  for (const url of [
    "http://a.example",
    "https://a.example/b?c=d#e",
    "ftp://a.example",
    "mailto:a@b.example",
    "HTTPS://A",
  ])
    assert.equal(allowedUrl(url), url);
  for (const url of [
    "javascript:alert(1)",
    "data:text/html,x",
    "xmpp:a@b",
    "mimi://a/u/b",
    "a.example",
    "//a",
    "",
    "http:",
  ])
    assert.equal(allowedUrl(url), null, url);
});

void test("what could hide a scheme is removed before it is judged", () => {
  assert.equal(allowedUrl(" \u0001java\tscript:alert(1)"), null);
  assert.equal(allowedUrl("\n ht\ttp://a.example/b c\u00A0\n"), "http://a.example/b%20c");
  assert.equal(allowedUrl("java\u0000script:x"), null);
});

void test("a URL has a longest length", () => {
  const prefix = "http://a/";
  assert.ok(allowedUrl(prefix + "b".repeat(LONGEST_URL - prefix.length)));
  assert.equal(allowedUrl(prefix + "b".repeat(LONGEST_URL)), null);
});

void test("an allowed URL is allowed as it is, whatever it came from", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (rest) => {
      const url = allowedUrl(`http:${rest}`);
      if (url !== null) assert.equal(allowedUrl(url), url);
    }),
    { seed: 4, numRuns: 500 },
  );
});

void test("mimi URIs name users and groups", () => {
  assert.deepEqual(mimiTarget("mimi://a.example/u/bob"), {
    kind: "user",
    user: "mimi://a.example/u/bob",
    id: "bob",
  });
  assert.deepEqual(mimiTarget("mimi://a.example/r/x"), {
    kind: "group",
    group: "mimi://a.example/r/x",
    id: "x",
  });
  for (const url of [
    "mimi://a.example/x/bob",
    "mimi://a.example/u/",
    "mimi:a",
    "http://a.example/u/b",
    "mimi://A/u/b",
  ])
    assert.equal(mimiTarget(url), null, url);
});

void test("a label is its URL also without the scheme and a last slash", () => {
  assert.ok(labelIsUrl("https://a.example/", "https://a.example/"));
  assert.ok(labelIsUrl("a.example", "http://a.example/"));
  assert.ok(labelIsUrl("a@b.example", "mailto:a@b.example"));
  assert.ok(!labelIsUrl("b.example", "http://a.example"));
  assert.ok(!labelIsUrl("http://b.example", "http://a.example"));
});
