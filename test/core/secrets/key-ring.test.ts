import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { GatewayError } from "../../../core/errors.ts";
import { KEY_FILE, newKeyLine, openKeyRing } from "../../../core/secrets/key-ring.ts";
import { EXAMPLE_KEY, formatKeys, newest, parseKeys } from "../../../core/secrets/key-text.ts";
import { temporaryFolder } from "../../support/servers.ts";

const folder = temporaryFolder("key-ring");
const kept = () => {
  const data = join(mkdtempSync(join(folder, "k")), "data");
  const ring = () => openKeyRing({ secretsKey: null, store: { kind: "sqlite", file: "x" }, data });
  return { file: join(data, KEY_FILE), ring };
};
const code = (wanted: string) => (error: unknown) => error instanceof GatewayError && error.code === wanted;

void describe("keys as they are written", () => {
  void it("are read as they were written, on lines or with commas", () => {
    const text = newKeyLine(1) + newKeyLine(12);
    const keys = parseKeys(text);
    assert.ok(keys);
    assert.deepEqual([...keys.keys()], [1, 12]);
    assert.equal(newest(keys), 12);
    assert.equal(formatKeys(keys), text);
    assert.deepEqual(parseKeys(text.trim().replace("\n", ", ")), keys);
  });

  void it("are refused where there is none, one is short, or a number stands twice", () => {
    for (const text of ["", "\n", "1:abc", `0${newKeyLine(1)}`, "change-me", newKeyLine(2) + newKeyLine(2)])
      assert.equal(parseKeys(text), null, text);
  });
});

void describe("the keys of a gateway", () => {
  void it("are made when the first is needed, in a file for its user alone, and are there at the next start", () => {
    const { file, ring } = kept();
    const first = ring();
    assert.equal(first.keys().size, 0);
    const { number, key } = first.current();
    assert.equal(number, 1);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(ring().current(), { number, key });
  });

  void it("get a newer one beside them, until the older ones are dropped", () => {
    const { file, ring } = kept();
    const one = ring();
    one.current();
    assert.equal(one.add(), 2);
    assert.deepEqual([...ring().keys().keys()], [1, 2]);
    assert.equal(ring().current().number, 2);
    one.keepOnly(2);
    assert.deepEqual([...ring().keys().keys()], [2]);
    assert.equal(parseKeys(readFileSync(file, "utf8"))?.size, 1);
  });

  void it("that can't be read are not made anew", () => {
    const { file, ring } = kept();
    ring().current();
    writeFileSync(file, "nonsense");
    assert.throws(() => ring().current(), code("secrets_key_missing"));
    assert.equal(readFileSync(file, "utf8"), "nonsense");
  });

  void it("are the operator's where he gives them, and are not changed", () => {
    const secretsKey = newKeyLine(3) + newKeyLine(4);
    const store = { kind: "postgres", url: "postgres://x" } as const;
    const ring = openKeyRing({ secretsKey, store, data: folder });
    assert.equal(ring.current().number, 4);
    assert.equal(ring.add(), null);
    ring.keepOnly(4);
    assert.equal(ring.keys().size, 2);
  });

  void it("are not the sample's, which everybody has", () => {
    const store = { kind: "sqlite", file: "x" } as const;
    assert.throws(
      () => openKeyRing({ secretsKey: EXAMPLE_KEY, store, data: folder }),
      code("config_invalid"),
    );
  });

  void it("must be the operator's where processes share a database", () => {
    const store = { kind: "postgres", url: "postgres://x" } as const;
    const ring = openKeyRing({ secretsKey: null, store, data: folder });
    assert.equal(ring.keys().size, 0);
    assert.throws(() => ring.current(), code("secrets_key_missing"));
  });
});
