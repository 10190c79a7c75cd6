import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { eventually } from "../support/harness-eventually.ts";
import { temporaryFolder } from "../support/servers.ts";
import { runCommand } from "./command.ts";
import { addCounts, noTests, readCounts } from "./test-counts.ts";

void describe("a command of the test driver", async () => {
  const folder = temporaryFolder("run");
  const script = async (source: string, seconds: number) =>
    runCommand(folder, [process.execPath, "-e", source], seconds);

  await it("passes and fails by its exit code, with both outputs", async () => {
    assert.deepEqual(await script("console.log(1); console.error(2)", 30), {
      end: "passed",
      output: "1\n2\n",
    });
    assert.deepEqual(await script("console.log(1); process.exit(3)", 30), { end: "failed", output: "1\n" });
  });

  await it("is killed when it is late, with its children", async () => {
    const file = join(folder, "pid");
    const source = `
      const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      require("node:fs").writeFileSync(${JSON.stringify(file)}, String(child.pid));
      setInterval(() => {}, 1000);`;
    assert.deepEqual(await script(source, 5), { end: "late", output: "" });
    const stat = `/proc/${readFileSync(file, "utf8")}/stat`;
    // What is killed takes a moment to be gone.
    await eventually("its child's end", () => {
      try {
        return / [ZX] /.test(readFileSync(stat, "utf8"));
      } catch {
        return true;
      }
    });
  });

  await it("is not waited for by what it has left running", async () => {
    const source = `
      const options = { stdio: "inherit" };
      require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], options);
      process.exit(0);`;
    assert.equal((await script(source, 30)).end, "passed");
  });
});

void it("counts of test runs are read and added", () => {
  const output = "✔ x\nℹ tests 12\nℹ suites 1\nℹ pass 9\nℹ fail 2\nℹ cancelled 1\nℹ skipped 0\n";
  const counts = { tests: 12, pass: 9, fail: 2, cancelled: 1, skipped: 0 };
  assert.deepEqual(readCounts(output), counts);
  assert.deepEqual(addCounts(counts, counts).tests, 24);
  assert.deepEqual(readCounts("Segmentation fault"), noTests);
});
