/** Codes for rooms of the gateway itself, who alone bears a name, and lines in threads. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { NativeRoom, ProviderId } from "../../../../core/ids.ts";
import { outLane } from "../../../../core/lanes/lane-key.ts";
import { soleBearers } from "../../../../core/store/units/named-members.ts";
import { openDeliveries } from "../../../../core/store/units/outbox.ts";
import { groupUri, parseProviderDomain } from "../../../../mappings/ids.ts";
import { eventId, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const domain = parseProviderDomain("fake.mimi.test");
if (domain === null) throw new Error("not a domain");
const NOW = 5_000;

for (const kind of storeKinds()) {
  void describe(`rooms of one gateway on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    async function codeFor(uses: number): Promise<string> {
      const hash = createHash("sha256").update(randomUUID()).digest("hex");
      const made = { hash, group: sample.a.groupUri, issuer: "fake:anna", uses, confirm: false };
      await sample.store.write("createCode", { ...made, expires: NOW + 1_000, at: NOW });
      return hash;
    }
    const link = (hash: string, room: string, at = NOW) =>
      sample.store.write("linkByCode", {
        rooms: [
          {
            account: sample.account.id,
            provider: sample.account.provider,
            native: room as NativeRoom,
            label: `fake:${room}`,
            unclear: "hold" as const,
            mark: null,
            properties: { name: "", topic: "" },
          },
        ],
        newUri: groupUri(domain, randomUUID()),
        at,
        actor: "fake:ben",
        hash,
        redeemer: domain,
      });
    const refused = { code: "redeem_refused" };

    void test("a code links as many rooms as it says, also of one provider, and those that are linked for nothing", async () => {
      const hash = await codeFor(2);
      assert.equal((await link(hash, "c")).group, sample.a.groupUri);
      assert.deepEqual((await link(hash, "c")).linked, []);
      assert.deepEqual((await link(hash, "d")).linked, [0]);
      await assert.rejects(link(hash, "e"), refused);
      assert.equal(await sample.count("binding where native = 'e'"), 0);
      assert.equal(await sample.count("audit where act = 'link' and actor = 'fake:ben'"), 2);
    });

    void test("the last use is given once, whoever comes at one time", async () => {
      const hash = await codeFor(1);
      const outcomes = await Promise.allSettled(["f", "g", "h"].map((room) => link(hash, room)));
      assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
      assert.equal(await sample.count("binding where native in ('f', 'g', 'h')"), 1);
    });

    void test("a code that is over, or was never made, links nothing", async () => {
      await assert.rejects(link(await codeFor(1), "i", NOW + 2_000), refused);
      await assert.rejects(link("0".repeat(64), "i"), refused);
    });

    void test("a name is somebody's where he alone bears it, and is of another provider", async () => {
      const { store, a } = sample;
      await sample.say(a, "I am Anna");
      const { group } = a;
      const names = ["Anna", "anna", "Ben"];
      const elsewhere = 999_999 as ProviderId;
      assert.deepEqual(
        await store.read(soleBearers({ group, provider: sample.account.provider, names })),
        [],
      );
      const found = await store.read(soleBearers({ group, provider: elsewhere, names }));
      assert.deepEqual(
        found.map(({ name, uri }) => [name, uri.endsWith("/u/anna")]),
        [["Anna", true]],
      );
    });

    void test("a line for an author keeps the thread that it is about", async () => {
      const { store, a, b } = sample;
      const fence = await sample.claim(outLane(b.id));
      const thread = Buffer.from(eventId(), "hex");
      const intents = [
        { seq: 77, step: 0, op: "message", key: randomUUID() as never, argsHash: "", mark: null },
      ];
      await store.write("progress", sample.progress(fence, b.id, { intents }));
      await store.write("giveUp", {
        fence,
        binding: b.id,
        seq: 77,
        step: 0,
        event: null,
        code: "delivery_refused",
        cause: "no",
        attempts: 1,
        at: NOW,
        unclear: false,
        author: { binding: a.id, native: "anna", name: "Anna" },
        notice: "it did not arrive",
        thread,
      });
      const open = await store.read(openDeliveries({ binding: a.id, limit: 100 }));
      const line = open.find(({ noticeText }) => noticeText === "it did not arrive");
      assert.deepEqual(Buffer.from(line?.noticeThread ?? []), thread);
      await store.write("releaseLane", fence);
    });
  });
}
