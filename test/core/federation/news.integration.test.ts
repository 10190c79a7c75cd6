/** News that cross between two processes of a gateway: over Redis, and by a look at what PostgreSQL has. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { News, type Topic, type Transient } from "../../../core/federation/news.ts";
import type { GroupId, PeerId } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";
import { connectRedis } from "../../../core/redis/connection.ts";
import type { RedisAccess } from "../../../core/redis/redis-access.ts";
import { userUri } from "../../../mappings/ids.ts";
import { sharedRedis } from "../../support/servers.ts";
import { FollowerStage } from "../store/follower-stage.ts";
import { SampleStore } from "../store/sample.ts";
import { storeKinds } from "../store/stores.ts";
import { own } from "./read-stage.ts";

const log = createLogger({ level: "error", bodies: false });
const kinds = storeKinds();
const startedRedis = sharedRedis();
const none: Pick<RedisAccess, "kind" | "connect"> = { kind: "none", connect: null };

void describe("news between processes", async () => {
  await test("over Redis everything comes to the other process, and to the own one once", async (t) => {
    const [kind] = kinds;
    assert.ok(kind);
    const place = await kind.place();
    const store = await kind.open(place);
    t.after(() => store.close());
    const { url } = await startedRedis();
    const connect: RedisAccess["connect"] = (use) => connectRedis({ url }, use, () => undefined);
    const redis = { kind: "configured", connect } as const;
    const make = (base = own) => new News({ store, redis, base, log });
    const [one, other, stranger] = [make(), make(), make("z.example" as typeof own)];
    t.after(() => {
      for (const news of [one, other, stranger]) news.close();
    });
    stranger.listen(["group:5"], () => assert.fail("that is another gateway"));
    let toldSelf = 0;
    one.listen(["group:5"], () => toldSelf++);
    const heard = new Promise<Topic>((resolve) => {
      other.listen(["group:5"], resolve);
    });
    // Until the subscription stands nothing is heard, and nothing is repeated.
    const telling = setInterval(() => one.tell(["group:5"]), 20);
    assert.equal(await heard, "group:5");
    clearInterval(telling);
    const told = toldSelf;
    const row = { user: userUri(own, "anna"), kind: "typing", on: true } as const;
    const passed = new Promise<Transient>((resolve) => {
      other.listen(["group:5"], (_topic, transient) => transient && resolve(transient));
    });
    one.transient(5 as GroupId, row, 2 as PeerId);
    assert.deepEqual(await passed, { row, from: 2 });
    assert.equal(toldSelf, told + 1);
  });

  for (const kind of kinds)
    if (kind.name === "PostgreSQL")
      await test("without Redis a look at the heads finds what another process has written", async (t) => {
        const place = await kind.place();
        const store = await kind.open(place, "one");
        const sample = await SampleStore.make(store, place);
        const follower = await FollowerStage.make(sample, "owner.test");
        const news = new News({ store, redis: none, base: own, log, lookEveryMs: 10 });
        t.after(async () => {
          news.close();
          await store.close();
        });
        const topic = `group:${sample.a.group}` as const;
        const heard: Topic[] = [];
        let woken = Promise.withResolvers<void>();
        news.listen([topic, `peer:${follower.peer}`], (told) => {
          heard.push(told);
          woken.resolve();
        });
        await woken.promise;
        assert.deepEqual(heard, [topic], "what is seen for the first time may be new");
        woken = Promise.withResolvers();
        await sample.say(sample.a, "hello");
        await woken.promise;
        assert.deepEqual(heard, [topic, topic]);
      });
});
