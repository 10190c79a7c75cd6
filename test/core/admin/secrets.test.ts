/** What an operator can do about credentials of a gateway that runs. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { GatewayError } from "../../../core/errors.ts";
import type { RunningGateway } from "../../../core/gateway.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { KEY_FILE } from "../../../core/secrets/key-ring.ts";
import { parseKeys } from "../../../core/secrets/key-text.ts";
import { FakeBridge } from "../../support/fake-bridge.ts";
import { FakePlatform, usualModes } from "../../support/fake-platform.ts";
import { querySql } from "../../support/harness-sql.ts";
import { directWire, startFakeGateway, startHarness } from "../../support/harness.ts";
import { temporaryFolder } from "../../support/servers.ts";

const root = temporaryFolder("admin-secrets");
const code = (wanted: string) => (error: unknown) => error instanceof GatewayError && error.code === wanted;

void describe("an operator's commands about secrets", () => {
  const folder = join(root, randomUUID().slice(0, 8));
  let gateway: RunningGateway;
  before(async () => {
    gateway = await startFakeGateway({ folder }, { fake: new FakePlatform(usualModes) });
  });
  after(() => gateway.stop());

  void it("need no key as long as nothing is kept, and leave a line in the audit", async () => {
    const { secrets } = gateway.operations;
    assert.deepEqual(await secrets.list(), []);
    assert.equal(existsSync(join(folder, KEY_FILE)), false);
    assert.deepEqual(await secrets.rotate(), { key: 1, secrets: 0, given: false });
    assert.deepEqual([...(parseKeys(readFileSync(join(folder, KEY_FILE), "utf8"))?.keys() ?? [])], [1]);
    assert.equal((await secrets.rotate()).key, 2);
    const store = { kind: "sqlite", file: join(folder, "gateway.sqlite") } as const;
    const rows = await querySql(store, "select actor, act, subject, detail from audit order by n");
    assert.deepEqual(
      rows.map((row) => Object.values(row)),
      [1, 2].map((key) => ["operator", "secrets rotate", `key ${key}`, "0 secrets"]),
    );
  });

  void it("keep no password of a room on a platform whose rooms ask for none", async () => {
    const { secrets } = gateway.operations;
    const room = { account: "fake", room: "tea" };
    await assert.rejects(secrets.roomPassword(room, "open sesame"), code("room_unprotected"));
    await assert.rejects(secrets.roomPassword({ ...room, account: "nobody" }, null), code("account_unknown"));
  });

  void it("tell the account whose rooms have passwords of each that is given or forgotten, once it is kept", async (t) => {
    const told: string[] = [];
    class Locked extends FakeBridge {
      roomPasswordChanged(room: NativeRoom): void {
        told.push(room);
      }
    }
    const platform = new FakePlatform(usualModes);
    const locked = await startHarness(
      { folder: join(root, "locked") },
      [{ name: "locked", bridge: "fake" }],
      () => new Locked(platform.modes, directWire(platform)),
    );
    t.after(() => locked.stop());
    const { secrets } = locked.operations;
    const room = { account: "locked", room: "tea" };
    await secrets.roomPassword(room, "open sesame");
    assert.deepEqual([told, (await secrets.list()).length], [["tea"], 1]);
    await secrets.roomPassword(room, null);
    assert.deepEqual([told, (await secrets.list()).length], [["tea", "tea"], 0]);
  });

  void it("give no link for accounts that are not known, or not installed by links", async () => {
    const { secrets } = gateway.operations;
    await assert.rejects(secrets.installLink("nobody"), code("account_unknown"));
    await assert.rejects(secrets.installLink("fake"), code("install_unavailable"));
  });
});
