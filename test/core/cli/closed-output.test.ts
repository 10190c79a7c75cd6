import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../../bridges/main.ts", import.meta.url));

void test("a reader that stops reading is no fault", async () => {
  const child = spawn(process.execPath, [main, "config", "schema"], { stdio: ["ignore", "pipe", "pipe"] });
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => (complaints += chunk.toString("utf8")));
  // Closed before the first byte is written.
  child.stdout.destroy();
  const [code] = (await once(child, "close")) as [number | null];
  assert.deepEqual({ code, complaints }, { code: 0, complaints: "" });
});
