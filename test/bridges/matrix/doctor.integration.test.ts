/** What `mimi-gateway doctor` finds at a real Synapse, with faults made on purpose. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { AppServiceListeners } from "../../../bridges/matrix/app-service.ts";
import { MatrixAccount } from "../../../bridges/matrix/account.ts";
import { matrixConfig } from "../../../bridges/matrix/config.ts";
import { registrationYaml } from "../../../bridges/matrix/registration.ts";
import type { Finding } from "../../../core/bridge/room.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { limits } from "../../../core/limits.ts";
import { createLogger } from "../../../core/log.ts";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { ListeningHost } from "../../support/listening-host.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { sharedSynapse, temporaryFolder } from "../../support/servers.ts";
import { matrixAccount } from "../conformance/matrix-conformance.ts";

const SERVER = "matrix.test";
const BOT = `@mimi:${SERVER}`;
const main = join(import.meta.dirname, "../../../bridges/main.ts");
const [port = 0, elsewhere = 0] = await freePorts(2);
const listen = `127.0.0.1:${port}`;
const unused = { url: "http://127.0.0.1:8008", serverName: SERVER };
const folder = temporaryFolder("matrix-doctor");
const synapse = sharedSynapse({
  serverName: SERVER,
  registrations: [registrationYaml(matrixConfig(matrixAccount(unused, listen)), "registration.yaml")],
});

/** A command in the gateway's folder, whatever it ends with. */
async function command(...line: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(process.execPath, [main, ...line], { cwd: folder })).stdout;
  } catch (failed) {
    if (failed instanceof Error && "stdout" in failed) return String(failed.stdout);
    throw failed;
  }
}

void describe("the doctor, of a homeserver", () => {
  let anna: MatrixUser | null = null;
  let room = "";
  const person = (): MatrixUser => anna ?? assert.fail("there is nobody yet");
  before(async () => {
    anna = await MatrixUser.register(await synapse(), "anna");
    const power = { users: { [BOT]: 20 }, invite: 0, redact: 50, state_default: 50 };
    room = await anna.createRoom({ open: false, invite: [BOT], power });
    await anna.setState(
      room,
      "m.bridge",
      { bridgebot: "@irc:matrix.test", protocol: { id: "irc", displayname: "IRC" }, channel: { id: "#lab" } },
      "org.example.irc://libera/#lab",
    );
  });

  /** What an account finds that takes part in the room. */
  const examined = async (
    change: Readonly<Record<string, string>> = {},
    at = listen,
  ): Promise<ReadonlyMap<string, Finding>> => {
    const config = matrixConfig(matrixAccount(await synapse(), at, change));
    const log = createLogger({ level: "error", bodies: false, stream: { write: () => undefined } });
    const media = { maxBytes: limits.mediaBytes, allow: [] };
    const account = new MatrixAccount(config, log, media, new AppServiceListeners());
    const host = new ListeningHost();
    await account.start(host);
    try {
      account.join(room as NativeRoom, null);
      await eventually(
        "the room",
        () => host.readied.includes(room as NativeRoom) || account.fault(room as NativeRoom) !== null,
        20_000,
      );
      return new Map((await account.examine()).map((finding) => [finding.check, finding]));
    } finally {
      await account.stop();
    }
  };

  void it("and the answer to a link name what the gateway lacks, and that all else is in order", async () => {
    writeFileSync(
      join(folder, "gateway.yaml"),
      stringify({ redis: "off", accounts: [matrixAccount(await synapse(), listen)] }),
    );
    const gateway = spawn(process.execPath, [main, "start"], { cwd: folder, stdio: "ignore" });
    const ended = once(gateway, "exit");
    try {
      // No command is asked meanwhile: without a gateway that runs it would have the store for itself.
      await person().waitFor(
        "the gateway to take its invitation",
        async () => (await person().state(room, "m.room.member", BOT))?.["membership"] === "join",
        30_000,
      );
      const linked = await eventually(
        "the link",
        async () => {
          const answer = await command("link", `matrix:${room}`);
          return answer.includes("linked now") && answer;
        },
        30_000,
      );
      const warnings = linked.split("\n").filter((line) => line.startsWith("warning: "));
      assert.equal(warnings.length, 2, linked);
      assert.ok(warnings.every((line) => line.includes(`matrix:${room}: `)));
      assert.match(
        warnings[0] ?? "",
        /may not delete what they have deleted \(power level 50\), .*pin .*give @mimi:matrix\.test power level 50$/,
      );
      assert.match(warnings[1] ?? "", /bridged already: IRC, #lab, by @irc:matrix\.test; take one/);
      const found = await command("doctor");
      for (const check of [
        "connection",
        "homeserver",
        "clock",
        "as_token",
        "ping",
        "namespaces",
        "devices",
        "files",
      ])
        assert.match(found, new RegExp(`^  ok +${check}: `, "m"), found);
      assert.match(found, /^  warning  rights:!\S+: @mimi:matrix\.test has power level 20: it may not /m);
      assert.match(found, /^ +-> give @mimi:matrix\.test power level 50$/m);
      assert.match(found, /^  warning  bridges:!\S+: it is bridged already: IRC/m);
      assert.ok(!found.includes("-token-of-a-test"));
      assert.match(found, /\n0 faults, 2 warnings\.\n$/);
    } finally {
      gateway.kill("SIGTERM");
      await ended;
    }
  });

  void it("say why the homeserver does not reach the gateway", async () => {
    const wrongToken = (await examined({ hs_token: "another-one" })).get("ping");
    assert.equal(wrongToken?.state, "fault");
    assert.match(wrongToken.detail, /M_BAD_STATUS HTTP 403/);
    assert.match(wrongToken.remedy ?? "", /hs_token of the registration/);
    const wrongId = (await examined({ id: "somebody-else" })).get("ping");
    assert.match(wrongId?.remedy ?? "", /another id than somebody-else/);
    const wrongUrl = (await examined({ url: "http://gateway.example:9" }, `127.0.0.1:${elsewhere}`)).get(
      "ping",
    );
    assert.equal(wrongUrl?.state, "fault");
    assert.match(wrongUrl.detail, /M_CONNECTION_FAILED/);
    assert.match(wrongUrl.remedy ?? "", /must say "url: http:\/\/gateway\.example:9"/);
    const other = createServer((_request, response) => void response.writeHead(404).end("{}"));
    await once(other.listen(port, "127.0.0.1"), "listening");
    try {
      const taken = (await examined({}, `127.0.0.1:${elsewhere}`)).get("ping");
      assert.match(taken?.remedy ?? "", /^something else than the gateway answers/);
    } finally {
      other.close();
      other.closeAllConnections();
    }
  });

  void it("say whose the token is, and whom the registration lets the gateway be", async () => {
    const findings = await examined({ user_prefix: "_another_" });
    assert.equal(findings.get("as_token")?.detail, `good: of ${BOT}`);
    assert.equal(findings.get("namespaces")?.state, "ok");
    const ghost = "@_mimi_of.test_somebody:matrix.test";
    assert.ok(await ghostIn(ghost), "a ghost is in the room");
    const mistaken = (await examined({ user_prefix: "_another_" })).get("namespaces");
    assert.equal(mistaken?.state, "fault");
    assert.match(mistaken.detail, /lets the gateway speak as @_mimi_of\.test_somebody:matrix\.test/);
    assert.equal(
      (await examined()).get("namespaces")?.detail,
      "the gateway may speak as its own, and as nobody else",
    );
  });

  void it("name a room that the gateway was put out of, and one that is encrypted", async () => {
    await person().moderate(room, "kick", BOT);
    const out = (await examined()).get(`rights:${room}`);
    assert.deepEqual([out?.state, out?.remedy], ["fault", `invite ${BOT} into it`]);
    await person().invite(room, BOT);
    await person().setPower(room, BOT, 100);
    assert.equal((await examined()).get(`rights:${room}`)?.state, "ok");
    await person().setState(room, "m.room.encryption", { algorithm: "m.megolm.v1.aes-sha2" });
    const encrypted = (await examined()).get(`rights:${room}`);
    assert.equal(encrypted?.state, "fault");
    assert.match(encrypted.detail, /encrypted/);
  });

  /** Has a ghost enter the room, as the gateway does. */
  async function ghostIn(ghost: string): Promise<boolean> {
    const { url } = await synapse();
    const call = async (path: string, body: object, as: string): Promise<boolean> => {
      const at = `${url}/_matrix/client/v3/${path}?user_id=${encodeURIComponent(as)}`;
      const headers = { authorization: "Bearer as-token-of-a-test", "content-type": "application/json" };
      return (await fetch(at, { method: "POST", headers, body: JSON.stringify(body) })).ok;
    };
    const username = ghost.slice(1, ghost.indexOf(":"));
    await call("register", { type: "m.login.application_service", username, inhibit_login: true }, BOT);
    const at = `rooms/${encodeURIComponent(room)}`;
    await call(`${at}/invite`, { user_id: ghost }, BOT);
    return call(`${at}/join`, {}, ghost);
  }
});
