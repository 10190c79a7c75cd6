/** Two linked rooms of a fake platform, and what every test of faults does with them. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { RunningGateway } from "../../../core/gateway.ts";
import { type FakeModes, FakePlatform } from "../../support/fake-platform.ts";
import { startFakeGateway } from "../../support/harness.ts";
import { eventually } from "../../support/harness-eventually.ts";

/** `folder`: where the gateway's own folder goes. It ends with the test. */
export async function linked(folder: string, t: TestContext, modes: Partial<FakeModes> = {}) {
  const platform = new FakePlatform(modes);
  const gateway = await startFakeGateway(
    { folder: join(folder, randomUUID().slice(0, 8)) },
    { fake: platform },
  );
  t.after(() => gateway.stop());
  await link(platform, gateway, "a", "b");
  return { platform, gateway };
}

export async function link(platform: FakePlatform, gateway: RunningGateway, ...rooms: readonly string[]) {
  await gateway.operations.link(
    rooms.map((room) => ({ account: "fake", room })),
    null,
  );
  await platform.until("the rooms to be told", () =>
    rooms.every((room) => platform.notices(room).length > 0),
  );
}

export const numbered = (count: number) => Array.from({ length: count }, (_, i) => `m${i + 1}`);

export function sayAll(platform: FakePlatform, texts: readonly string[]): void {
  for (const text of texts) platform.say("a", "anna", text);
}

export async function arrives(platform: FakePlatform, texts: readonly string[], room = "b"): Promise<void> {
  await platform.until(
    `${texts.length} messages in ${room}, which has ${platform.texts(room).join(", ")}`,
    () => platform.texts(room).length >= texts.length,
  );
  assert.deepEqual(platform.texts(room), texts);
}

export const quiet = (gateway: RunningGateway) =>
  eventually("the rooms to be caught up", async () =>
    (await gateway.operations.status()).bindings.every(({ behind, inbox }) => behind === 0 && inbox === 0),
  );
