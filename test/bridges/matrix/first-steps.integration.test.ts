import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { promisify } from "node:util";
import { parseDocument } from "yaml";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { startSynapse } from "../../../deploy/servers/synapse.ts";
import { temporaryFolder } from "../../support/servers.ts";

const main = join(import.meta.dirname, "../../../bridges/main.ts");

void describe("a gateway and a homeserver that know nothing of each other", () => {
  const folder = temporaryFolder("first-steps");
  const ends: (() => Promise<void>)[] = [];
  after(async () => {
    for (const end of ends.toReversed()) await end();
  });
  const command = async (...line: readonly string[]): Promise<string> =>
    (await promisify(execFile)(process.execPath, [main, ...line], { cwd: folder })).stdout;

  void it("are brought together by two commands, and then the gateway's user comes when he is invited", async () => {
    const [port = 0] = await freePorts(1);
    const file = join(folder, "gateway.yaml");
    const words = ["--server-name", "one.example", "--listen", `127.0.0.1:${port}`];
    const account = await command("matrix", "account", ...words);
    writeFileSync(file, `redis: off\naccounts:\n${account}`);
    const registration = await command("matrix", "register", "matrix");
    const synapse = await startSynapse({
      folder: join(folder, "synapse"),
      serverName: "one.example",
      registrations: [registration],
    });
    ends.push(() => synapse.stop());
    const document = parseDocument(`redis: off\naccounts:\n${account}`);
    document.setIn(["accounts", 0, "homeserver"], synapse.url);
    writeFileSync(file, String(document));

    const gateway = spawn(process.execPath, [main, "start"], { cwd: folder, stdio: "ignore" });
    ends.push(async () => {
      const ended = once(gateway, "exit");
      gateway.kill("SIGTERM");
      assert.deepEqual(await ended, [0, null]);
    });
    const ann = await MatrixUser.register(synapse, "ann");
    const room = await ann.createRoom({ open: false, invite: ["@mimi:one.example"] });
    await ann.waitFor(
      "the gateway's user",
      async () => (await ann.state(room, "m.room.member", "@mimi:one.example"))?.["membership"] === "join",
      20_000,
    );
    assert.match(await command("status"), /^matrix +matrix +matrix\.mimi\.localhost +up/m);
  });
});
