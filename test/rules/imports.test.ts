import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { importCycles, importsOf, readImportGraph, wrongImports } from "./import-graph.ts";

const root = join(import.meta.dirname, "../..");

void describe("imports", async () => {
  const graph = readImportGraph(root, ["bridges", "core", "mappings", "deploy", "test"]);

  await it("are found at all", () => {
    assert.ok(graph.get("core/bridge/inbound.ts")?.includes("mappings/ids.ts"));
    assert.deepEqual(
      [...graph.values()].flat().filter((name) => name.startsWith("..")),
      [],
    );
  });

  await it("point from bridges to core to mappings", () => {
    assert.deepEqual(wrongImports(graph), []);
  });

  await it("go in no circle", () => {
    assert.deepEqual(importCycles(graph), []);
  });
});

void describe("the check of imports", async () => {
  await it("reads every form of import", () => {
    const text = `import a from "./a.ts";
import type { B } from "../b.ts";
import {
  c,
  d,
} from "pkg";
import "./side.ts";
export { e } from "./e.ts";
export * from "./f.ts";
export type { G } from "node:fs";
const h = await import("./h.ts");
let i: import("./i.ts").I;
export const from = "./not-an-import.ts";
`;
    assert.deepEqual(importsOf("x/y.ts", text), [
      "x/a.ts",
      "b.ts",
      "pkg",
      "x/side.ts",
      "x/e.ts",
      "x/f.ts",
      "node:fs",
      "x/h.ts",
      "x/i.ts",
    ]);
  });

  await it("refuses what is against the rules and nothing else", () => {
    const right: [string, string[]][] = [
      ["mappings/a.ts", ["mappings/b/c.ts", "node:crypto", "cborg"]],
      ["core/a.ts", ["mappings/a.ts", "node:fs", "core/b.ts"]],
      ["bridges/xmpp/a.ts", ["bridges/xmpp/b.ts", "core/a.ts", "mappings/a.ts"]],
      ["bridges/main.ts", ["bridges/xmpp/a.ts", "bridges/slack/a.ts", "core/a.ts"]],
      ["test/a.ts", ["bridges/xmpp/a.ts", "bridges/slack/a.ts", "deploy/a.ts"]],
    ];
    assert.deepEqual(wrongImports(new Map(right)), []);
    const wrong: [string, string][] = [
      ["mappings/a.ts", "core/a.ts"],
      ["mappings/a.ts", "node:fs"],
      ["mappings/a.ts", "bridges/xmpp/a.ts"],
      ["core/a.ts", "bridges/xmpp/a.ts"],
      ["core/a.ts", "bridges/main.ts"],
      ["bridges/xmpp/a.ts", "bridges/slack/a.ts"],
      ["bridges/shared.ts", "bridges/slack/a.ts"],
      ["bridges/xmpp/a.ts", "deploy/a.ts"],
      ["deploy/a.ts", "test/a.ts"],
    ];
    for (const [file, name] of wrong) {
      assert.deepEqual(wrongImports(new Map([[file, [name]]])), [`${file} imports ${name}`]);
    }
    const both = new Map([["deploy/a.ts", ["bridges/xmpp/a.ts", "bridges/slack/a.ts"]]]);
    assert.deepEqual(wrongImports(both), ["deploy/a.ts names several bridges: xmpp, slack"]);
  });

  await it("finds a circle", () => {
    const circle = new Map([
      ["a", ["b", "pkg"]],
      ["b", ["c"]],
      ["c", ["b"]],
    ]);
    assert.deepEqual(importCycles(circle), ["b -> c -> b"]);
  });
});
