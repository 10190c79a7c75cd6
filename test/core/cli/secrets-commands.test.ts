import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { newKeyLine } from "../../../core/secrets/key-ring.ts";
import { parseKeys } from "../../../core/secrets/key-text.ts";
import { freshFolder, run } from "./run-line.ts";

void describe("the commands about secrets", () => {
  void it("list them by name, and change their key", async () => {
    const listed = await run(["secrets", "list"]);
    assert.deepEqual([listed.code, listed.calls], [0, [["secret-list"]]]);
    assert.match(listed.out, /ACCOUNT +SECRET +KEY\nfar +installation +2\n/);
    const rotated = await run(["secrets", "rotate"]);
    assert.deepEqual([rotated.code, rotated.calls], [0, [["secret-rotate"]]]);
    assert.match(rotated.out, /Key 3 .*1 secrets .*Older keys are gone/);
    const json = await run(["--json", "secrets", "list"]);
    assert.deepEqual(JSON.parse(json.out), [{ account: "far", kind: "installation", key: 2, known: true }]);
  });

  void it("take a room's password from standard input, and never show it", async () => {
    const room = { account: "xmpp", room: "tea@rooms.example.org" };
    const input = Buffer.from("open sesame\nwhat follows is not it\n");
    const line = ["secrets", "room-password", "xmpp:tea@rooms.example.org"];
    const kept = await run(line, { input });
    assert.deepEqual([kept.code, kept.calls], [0, [["room-password", room, "open sesame"]]]);
    assert.match(kept.out, /password of xmpp:tea@rooms\.example\.org is kept/);
    assert.doesNotMatch(kept.out + kept.err, /sesame/);
    const forgotten = await run([...line, "--forget"]);
    assert.deepEqual(forgotten.calls, [["room-password", room, null]]);
    const empty = await run(line);
    assert.deepEqual([empty.code, empty.calls], [2, []]);
  });

  void it("make a key that can be put below those that are there", async () => {
    const first = await run(["secrets", "new-key"]);
    assert.deepEqual([...(parseKeys(first.out)?.keys() ?? [])], [1]);
    const folder = freshFolder();
    const key = newKeyLine(7);
    writeFileSync(join(folder, "keys"), key, { mode: 0o600 });
    writeFileSync(join(folder, "gateway.yaml"), "secrets_key_file: keys\n");
    const next = await run(["secrets", "new-key"], { folder });
    assert.deepEqual([...(parseKeys(key + next.out)?.keys() ?? [])], [7, 8]);
  });

  void it("refuse a key that is none, without showing it", async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, "gateway.yaml"), "secrets_key: 1:not-a-real-key\n");
    const { code, err } = await run(["secrets", "list"], { folder });
    assert.equal(code, 2);
    assert.match(err, /secrets_key.*NUMBER:KEY/s);
    assert.doesNotMatch(err, /not-a-real-key/);
  });
});
