/** The picture of a room as state: what is a change, and what an echo. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { NativeRoom } from "../../../../core/ids.ts";
import { inLane, outLane } from "../../../../core/lanes/lane-key.ts";
import { findBinding } from "../../../../core/store/units/bindings.ts";
import type { NewEvent } from "../../../../core/store/units/group-log.ts";
import { encodeProperty } from "../../../../mappings/event-content.ts";
import { done, intent, linkRooms, property, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

/** Each time under another address, as what the gateway gives out is. */
function picture(shown: string, read = false): NewEvent {
  const value = shown === "" ? "" : `https://a.example/media/${randomUUID()}`;
  const change = { name: "avatar", item: "", value } as const;
  const content = encodeProperty(change, randomBytes(16));
  return { ...property("topic", ""), content, property: { ...change, shown, ...(read && { read }) } };
}

for (const kind of storeKinds()) {
  void describe(`pictures of rooms on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    async function room() {
      const { account, store } = sample;
      const native = randomUUID() as NativeRoom;
      await linkRooms(store, account, [native]);
      const binding = await store.read(findBinding({ account: account.id, native }));
      assert.ok(binding);
      /** Whether it got into the log. */
      const says = async (event: NewEvent): Promise<boolean> => {
        const raws = [{ nativeKey: null, at: 10, raw: event.id }];
        const batches = [{ binding: binding.id, mark: null, raws }];
        await store.write("accept", { fence: null, account: account.id, at: 2_000, batches });
        const fence = await sample.claim(inLane(binding.id));
        const rows = (await sample.rows(binding.id)).map(({ n }) => sample.row(n, [event]));
        const appended = await sample.append(fence, binding, rows);
        await store.write("releaseLane", fence);
        return appended.grew;
      };
      const isSet = async (shown: string): Promise<void> => {
        const fence = await sample.claim(outLane(binding.id));
        await store.write("progress", sample.progress(fence, binding.id, { intents: [intent(1)] }));
        const change = { name: "avatar", item: "", value: shown } as const;
        const settled = [{ ...done, seq: 1, property: change }];
        await store.write("progress", sample.progress(fence, binding.id, { settled }));
        await store.write("releaseLane", fence);
      };
      return { says, isSet };
    }

    void test("what the room has had already, or has been given, is nothing new there", async () => {
      const { says, isSet } = await room();
      assert.equal(await says(picture("mxc://a/1")), true, "the first word on it is news");
      assert.equal(await says(picture("mxc://a/2")), true);
      assert.equal(await says(picture("mxc://a/2")), false);
      await isSet("mxc://a/copy");
      assert.equal(await says(picture("mxc://a/copy")), false);
      assert.equal(await says(picture("mxc://a/2")), true);
      assert.equal(await says(picture("")), true);
    });

    void test("what was read in the room is news only where it is not what was seen last", async () => {
      const { says } = await room();
      assert.equal(await says(picture("sha1:1", true)), false, "it was so when the room was first looked at");
      assert.equal(await says(picture("sha1:1")), false);
      assert.equal(await says(picture("sha1:2", true)), true);
      assert.equal(await says(picture("", true)), true);
    });
  });
}
