import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Gateway } from "../../deploy/demo/gateway.ts";
import { archiveFaults, installation, linkedPair, seen, status } from "./installation.ts";

const parts = installation();
/** What could not be written is tried again later and later. */
const ROOM_WITHIN = 90_000;
const disk = smallDisk();

void it(
  "a full disk is named, loses nothing, and is over when there is room",
  { skip: disk === null ? "file systems can't be mounted here" : false },
  async () => {
    assert.ok(disk);
    const gateway = await parts.gateway("one", "", disk);
    await gateway.start();
    const [anna, ben] = [await parts.person("anna"), await parts.person("ben")];
    const { here, there } = await linkedPair(parts, gateway, "one", [anna, ben]);
    await here.user.say(here.room, "before");
    await seen(there, ["before"]);
    const filler = fill(disk);
    const texts = Array.from({ length: 60 }, (_, i) => `${i} on a full disk ${"x".repeat(4_000)}`);
    for (const text of texts) await here.user.say(here.room, text);
    await there.user.say(there.room, "the other way");
    await logged(gateway, "store_full");
    // It can still be asked.
    assert.equal(status.parse(await gateway.report("status")).running, true);
    rmSync(filler);
    await seen(there, texts, ROOM_WITHIN);
    await seen(here, ["the other way"], ROOM_WITHIN);
    assert.deepEqual(archiveFaults(await parts.prosody(), here.room, there.room), []);
    assert.equal(status.parse(await gateway.report("status")).setAside, 0);
  },
);

/** A file system of 3 MB, unmounted after the tests; null where this user may not mount one. */
function smallDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), "mimi-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m,mode=700", "tmpfs", folder], { stdio: "ignore" });
  } catch {
    rmdirSync(folder);
    return null;
  }
  after(() => {
    execFileSync("umount", [folder]);
    rmdirSync(folder);
  });
  return folder;
}

/** Takes all the room that is left. Returns the file that took it. */
function fill(folder: string): string {
  const file = join(folder, "filler");
  const descriptor = openSync(file, "w");
  try {
    for (;;) writeSync(descriptor, Buffer.alloc(4096));
  } catch (error) {
    assert.ok(error instanceof Error && "code" in error && error.code === "ENOSPC");
  } finally {
    closeSync(descriptor);
  }
  return file;
}

/** Resolves when the gateway's log has this text. */
async function logged(gateway: Gateway, text: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!readFileSync(gateway.logFile, "utf8").includes(text)) {
    assert.ok(Date.now() < deadline, `the log does not say ${text}`);
    await delay(20);
  }
}
