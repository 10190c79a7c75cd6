import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { assertCrossed } from "./crossed.ts";
import { runDemo } from "./running-demo.ts";

const folders = temporaryFolder("group-demo-test");

const failed = (error: unknown): readonly string[] => [String(error)];
const MUCS = ["harbour", "island"];

void describe("the demo of a group on all platforms", () => {
  void it("carries every kind in all directions, lets one look around, and leaves nothing behind", async () => {
    const visits: Promise<readonly string[]>[] = [];
    const { code, printed, left, files } = await runDemo([], {
      folders,
      act: (text, pid) => {
        if (visits.length > 0 || !text.includes("its log: ")) return;
        visits.push(
          visit(text)
            .catch(failed)
            .finally(() => process.kill(pid, "SIGINT")),
        );
      },
    });
    assert.equal(code, 0, printed);
    assertCrossed(printed, ["#lab", "Matrix", ...MUCS]);
    assert.match(printed, /it is not Slack, and nothing reaches any workspace/);
    assert.match(printed, /curl http:\/\/127\.0\.0\.1:\d+\/channels\/C0LAB\n/);
    const [seen = []] = await Promise.all(visits);
    assert.ok(seen.includes("Hello from the island"), `a visitor reads: ${seen.join("; ")}`);
    assert.deepEqual([[...left.values()], files], [[], []]);
  });

  void it("carries the same without Slack", async () => {
    const { code, printed, left, files } = await runDemo(["--matrix", "--once"], { folders });
    assert.equal(code, 0, printed);
    assertCrossed(printed, ["Matrix", ...MUCS]);
    assert.deepEqual([[...left.values()], files], [[], []]);
  });

  void it("says so where the Synapse that is named is none", async () => {
    const env = { MIMI_SYNAPSE: process.execPath };
    const { code, printed, left } = await runDemo(["--matrix", "--once"], { folders, env });
    assert.equal(code, 1, printed);
    assert.match(printed, /demo: server_failed: Synapse did not come up/);
    assert.deepEqual([...left.values()], []);
  });

  void it("is another demo than the federated one", async () => {
    const { code, printed } = await runDemo(["--matrix", "--federated"], { folders });
    assert.equal(code, 2);
    assert.match(printed, /usage: npm run demo/);
  });
});

/** Logs in as the printed lines say, and reads what stands in the room. */
async function visit(printed: string): Promise<readonly string[]> {
  const said = (what: string): string => new RegExp(`^ +${what} +(\\S+)`, "m").exec(printed)?.[1] ?? "";
  const password = /^ +user +visitor +password +(\S+)/m.exec(printed)?.[1] ?? "";
  const user = await MatrixUser.login(said("homeserver"), "visitor", password);
  const room = await user.join(said("room"));
  return (await user.messages(room)).map(({ body }) => body);
}
