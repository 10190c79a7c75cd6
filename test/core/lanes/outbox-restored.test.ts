/** Deliveries behind a restored backup: what stands in a room already is not said again, and what does not is. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeBackup } from "../../../core/backup/make-backup.ts";
import { restoreBackup } from "../../../core/backup/restore-backup.ts";
import type { RunningGateway } from "../../../core/gateway.ts";
import { madeSince, mayStandThere, sharesKey } from "../../../core/lanes/outbox-restored.ts";
import type { LogEntry, OutboxBinding } from "../../../core/store/units/outbox.ts";
import { FakePlatform } from "../../support/fake-platform.ts";
import { startFakeGateway } from "../../support/harness.ts";
import { harnessConfig } from "../../support/harness-config.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { intent } from "../store/sample.ts";

const WITHIN_MS = 30_000;
const folder = temporaryFolder("outbox-restored");
const progress = (): void => undefined;

const shown = (platform: FakePlatform, room: string, text: string): Promise<unknown> =>
  eventually(`${text} in ${room}`, () => platform.texts(room).includes(text), WITHIN_MS);

const room = (name: string) => ({ account: "fake", room: name });

/** Resolves when room a was told that many lines of the gateway's own. */
const told = (platform: FakePlatform, count: number): Promise<unknown> =>
  eventually(`${count} lines in a`, () => platform.notices("a").length === count, WITHIN_MS);

/** Every text of a room, with how often it is there. */
const counted = (platform: FakePlatform, room: string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const text of platform.texts(room)) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
};

void test("what stands in a room since the backup is not said again, and what does not is", async (t) => {
  const platform = new FakePlatform();
  const before = mkdtempSync(join(folder, "before"));
  const first = await startFakeGateway({ folder: before }, { fake: platform });
  const gateways: RunningGateway[] = [first];
  t.after(async () => {
    for (const gateway of gateways) await gateway.stop();
  });
  await first.operations.link([room("a"), room("b")], null);
  platform.say("a", "anna", "before");
  await shown(platform, "b", "before");
  const backup = join(folder, "backup");
  const config = harnessConfig({ folder: before }, []);
  await makeBackup({ config, folder: backup, withKey: true, version: "1", now: Date.now, progress });
  platform.say("a", "anna", "lost");
  platform.say("b", "ben", "lost, too");
  platform.setState("a", { topic: "Milk" });
  await shown(platform, "b", "lost");
  await shown(platform, "a", "lost, too");
  await eventually("the topic of b", () => platform.state("b").topic === "Milk", WITHIN_MS);
  // Lines to the room by numbers that the backup does not know.
  await first.operations.link([room("a"), room("c")], null);
  await told(platform, 2);
  await first.stop();
  platform.say("a", "anna", "away");

  const after = join(folder, "after");
  await restoreBackup({
    config: harnessConfig({ folder: after }, []),
    folder: backup,
    now: Date.now,
    progress,
  });
  mkdirSync(after, { recursive: true });
  const second = await startFakeGateway({ folder: after }, { fake: platform });
  gateways.push(second);
  await shown(platform, "b", "away");
  await second.operations.link([room("a"), room("d")], null);
  await told(platform, 3);
  platform.say("b", "ben", "after");
  await shown(platform, "a", "after");
  await eventually("all to be delivered", async () => {
    const { bindings } = await second.operations.status();
    return bindings.every(({ behind, inbox }) => behind === 0 && inbox === 0);
  });
  const all = { before: 1, lost: 1, "lost, too": 1, away: 1, after: 1 };
  assert.deepEqual(counted(platform, "a"), all);
  assert.deepEqual(counted(platform, "b"), all);
  assert.equal(platform.state("b").topic, "Milk");
  const keys = platform.messages("a").flatMap(({ key }) => key ?? []);
  assert.equal(new Set(keys).size, keys.length, "no key stands for two things");
});

const binding = (restoredAt: number | null) => ({ restoredAt, restoredSince: 400_000 }) as OutboxBinding;
const entry = (originAt: number) => ({ originAt }) as LogEntry;
const item = (key: string) => ({ context: { key } }) as Parameters<typeof sharesKey>[0][number];

void test("what is named alike is asked for one after the other", () => {
  assert.equal(sharesKey([item("one"), item("two")], [item("three"), item("two")]), true);
  assert.equal(sharesKey([item("one")], [item("two")]), false);
});

const MONTH_MS = 30 * 24 * 60 * 60_000;

void test("what was said until the restore may stand there, as far as clocks agree, and nothing else", () => {
  const at = 1_000_000;
  assert.equal(mayStandThere(binding(null), entry(1), at), false);
  assert.equal(mayStandThere(binding(at), entry(at), at), true);
  assert.equal(mayStandThere(binding(at), entry(1_299_999), at), true);
  assert.equal(mayStandThere(binding(at), entry(1_300_001), at), false);
  assert.equal(mayStandThere(binding(at), entry(0), at + MONTH_MS - 1), true);
  assert.equal(mayStandThere(binding(at), entry(0), at + MONTH_MS), false, "whatever another gateway says");
  const made = { ...intent(7), mark: null };
  assert.deepEqual(madeSince(binding(1), made), { ...made, at: 100_000 });
  assert.deepEqual(madeSince({ ...binding(1), restoredSince: 5 }, made), { ...made, at: 0 });
});
