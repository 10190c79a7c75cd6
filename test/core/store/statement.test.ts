import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { compileAll, compileStatement } from "../../../core/store/compile.ts";
import { bind, definedStatements, type Dialect, statement } from "../../../core/store/statement.ts";

const core = join(import.meta.dirname, "../../../core/store");

void test("every statement compiles for both databases", async () => {
  for (const file of globSync("units/*.ts", { cwd: core })) await import(join(core, file));
  const names = definedStatements().map(({ name }) => name);
  assert.ok(names.length > 50);
  for (const dialect of ["sqlite", "postgres"] as const) {
    const all = compileAll(dialect);
    assert.deepEqual([...all.keys()].toSorted(), names.toSorted());
    for (const { sql } of all.values()) assert.match(sql, /^(select|insert|update|delete) /);
  }
});

void test("two statements can't have one name", () => {
  const build = statement("test.twice");
  build((db) => db.selectFrom("lane").select("key"));
  assert.throws(
    () => build((db) => db.selectFrom("lane").select("key")),
    /two statements are called test\.twice/,
  );
});

void test("named parameters are bound in the order of the placeholders, constants stay", () => {
  const sample = statement<{ name: string; value: Uint8Array }>("test.sample")((db, { p }) =>
    db
      .updateTable("setting")
      .set({ value: p.value })
      .where("name", "=", p.name)
      .where("name", "!=", "constant"),
  );
  const value = Uint8Array.of(1);
  for (const dialect of ["sqlite", "postgres"] as const satisfies readonly Dialect[]) {
    const compiled = compileStatement(sample, dialect);
    assert.deepEqual(bind(compiled, { name: "n", value }), [value, "n", "constant"]);
    assert.throws(() => bind(compiled, { name: "n" }), /no value for parameter value/);
    assert.equal(compileStatement(sample, dialect), compiled, "compiled once");
  }
});

void test("U+0000, which PostgreSQL can't hold, is kept as U+FFFD everywhere", () => {
  const compiled = { sql: "", values: [{ name: "text" }] };
  assert.deepEqual(bind(compiled, { text: "a\u0000b" }), ["a\uFFFDb"]);
});
