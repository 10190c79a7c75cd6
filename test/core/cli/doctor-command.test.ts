import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { startControlServer } from "../../../core/control/server.ts";
import { controlSocketPath } from "../../../core/control/socket-path.ts";
import type { DoctorReport } from "../../../core/doctor-operations.ts";
import { sampleDoctor, sampleOperations } from "../control/sample-operations.ts";
import { freshFolder, run } from "./run-line.ts";

/** Runs the command against a gateway that finds this. */
async function doctor(report: DoctorReport, ...more: readonly string[]) {
  const folder = freshFolder();
  const asked: (string | null)[] = [];
  const operations = {
    ...sampleOperations().operations,
    doctor: (account: string | null) => {
      asked.push(account);
      return Promise.resolve(report);
    },
  };
  const socket = controlSocketPath(join(folder, "var"));
  const server = await startControlServer({ socket, version: "1.2.3", operations });
  try {
    return { asked, ...(await run(["doctor", ...more], { folder })) };
  } finally {
    await server.close();
  }
}

void describe("the doctor", () => {
  void it("shows what is wrong first, with what to do, and nothing that a terminal takes for a command", async () => {
    const { out, asked, code } = await doctor(sampleDoctor);
    assert.deepEqual(asked, [null]);
    assert.equal(code, 4);
    const lines = out.split("\n");
    assert.equal(lines[0], "xmpp (xmpp)");
    assert.match(lines[1] ?? "", /^ {2}warning {2}room:hall: .*slow$/);
    assert.equal(lines[2]?.trim(), "-> wait");
    assert.equal(lines[3], "  ok       connection: connected");
    assert.equal(lines[5], "0 faults, 1 warning.");
    assert.ok(!out.includes("\u001b"));
  });

  void it("ends with a code for the worst that it found", async () => {
    assert.equal((await doctor({ state: "ok", gateway: [], accounts: [] })).code, 0);
    assert.equal((await doctor({ state: "fault", gateway: [], accounts: [] })).code, 1);
  });

  void it("looks at one account where it is named, and prints JSON", async () => {
    const { out, asked } = await doctor(sampleDoctor, "xmpp", "--json");
    assert.deepEqual(asked, ["xmpp"]);
    assert.deepEqual(JSON.parse(out), sampleDoctor);
  });

  void it("needs a gateway that runs, and opens nothing by itself", async () => {
    const { code, err, closed } = await run(["doctor"]);
    assert.equal(code, 3);
    assert.match(err, /gateway_unreachable: no gateway runs/);
    assert.equal(closed, 0);
  });
});
