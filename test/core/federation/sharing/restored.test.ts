/** Gateways whose store was restored from a backup: what comes first, and which cursors are good no more. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { peerTopic } from "../../../../core/federation/news.ts";
import { makeCursor } from "../../../../core/federation/wire/cursor.ts";
import type { BindingId, PeerId } from "../../../../core/ids.ts";
import { temporaryFolder } from "../../../support/servers.ts";
import { GatewayEnd } from "../gateway-end.ts";
import { until } from "../waiting.ts";

const folder = temporaryFolder("restored");
const RESTORED = { at: 1_800_000_000_000, shared: false };

/** Notes that a room was read, and tells the lanes of those who wait for it. */
async function read(end: GatewayEnd, binding: BindingId): Promise<readonly PeerId[]> {
  const peers = await end.store.write("noteRoomRead", { binding });
  end.news.tell(peers.map(peerTopic));
  return peers;
}

void test("a group is not followed before its rooms have been read behind the backup", async (t) => {
  const a = await GatewayEnd.start(t, folder, "a");
  const b = await GatewayEnd.start(t, folder, "b");
  await GatewayEnd.connect(a, b);
  const [tea, milk] = [await a.room("tea"), await a.room("milk")];
  const [teaThere, milkThere] = [await a.share(tea), await a.share(milk)];
  const room = await b.room("tea", tea.groupUri);
  await b.store.write("markRestored", RESTORED);
  await a.say(tea, "one");
  await a.say(milk, "two");
  await b.runLane();
  await until("the group without a room has come", async () => (await b.ids(milkThere)).length === 1);
  assert.deepEqual(await b.ids(teaThere), []);
  assert.equal((await read(b, room.id)).length, 1);
  await until("the other has come", async () => (await b.ids(teaThere)).length === 1);
  assert.deepEqual(await read(b, room.id), [], "it is read once");
});

void test("an owner takes nothing of its guests' before its rooms have been read behind the backup", async (t) => {
  const a = await GatewayEnd.start(t, folder, "a");
  const b = await GatewayEnd.start(t, folder, "b");
  await GatewayEnd.connect(a, b);
  const [tea, milk] = [await a.room("tea"), await a.room("milk")];
  await a.share(tea);
  await a.share(milk);
  const there = [await b.room("tea", tea.groupUri), await b.room("milk", milk.groupUri)];
  await a.store.write("markRestored", RESTORED);
  await read(a, milk.id);
  const said: string[] = [];
  for (const room of there) said.push(await b.say(room, "hello", "bob"));
  const [inTea, inMilk] = said;
  await a.runLane();
  await until("it has the one", async () => (await a.ids(milk.group)).some((id) => id === inMilk));
  assert.ok(!(await a.ids(tea.group)).some((id) => id === inTea));
  await read(a, tea.id);
  await until("it has the other", async () => (await a.ids(tea.group)).some((id) => id === inTea));
});

void test("what is submitted is served anew to whoever holds a cursor of the store of before", async (t) => {
  const a = await GatewayEnd.start(t, folder, "a");
  const b = await GatewayEnd.start(t, folder, "b", { revision: 7 });
  await GatewayEnd.connect(a, b);
  const tea = await a.room("tea");
  const uri = tea.groupUri;
  await a.share(tea);
  const id = await b.say(await b.room("tea", uri), "hello", "bob");
  const form = z.object({
    groups: z.array(z.object({ cursor: z.string(), events: z.array(z.looseObject({ id: z.string() })) })),
  });
  const ask = async (after: string) => {
    const { groups } = await a.syncOptions().client.request({
      endpoint: { url: b.endpoint, trusted: true },
      method: "POST",
      path: "/submissions",
      body: { groups: [{ group: uri, after }] },
      as: a.base,
      timeoutMs: 5_000,
      answer: form,
    });
    return groups;
  };
  const [anew] = await ask(makeCursor({ uri, rev: 0, seq: 9 }));
  assert.deepEqual(
    anew?.events.map((event) => event.id),
    [id],
  );
  assert.deepEqual(await ask(anew.cursor), []);
});
