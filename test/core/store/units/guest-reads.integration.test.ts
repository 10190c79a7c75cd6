/** What guests read of many groups in one go, and who they are. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { ConnectionId, GroupId, PeerId } from "../../../../core/ids.ts";
import { type BindingRow, liveBindings } from "../../../../core/store/units/bindings.ts";
import {
  type GroupPage,
  hasLeftLately,
  readableBy,
  readGroups,
} from "../../../../core/store/units/guest-reads.ts";
import { headsOf, lastSubmissions } from "../../../../core/store/units/heads.ts";
import { peerSpeakingFor } from "../../../../core/store/units/peer-of-host.ts";
import { peerOfProvider } from "../../../../core/store/units/peers.ts";
import { membersPage, type Snapshot, snapshotOf } from "../../../../core/store/units/snapshot.ts";
import { type GroupUri, groupUri } from "../../../../mappings/ids.ts";
import { domain } from "../federation-sample.ts";
import { FollowerStage } from "../follower-stage.ts";
import { OwnerStage } from "../owner-stage.ts";
import { linkRooms, message, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const DAY = 24 * 3_600_000;
const isPage = (result: object): result is GroupPage => "events" in result;

for (const kind of storeKinds()) {
  void describe(`reading as a guest on ${kind.name}`, () => {
    let sample: SampleStore;
    let at: OwnerStage;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
      at = await OwnerStage.make(sample, "reader.test");
    });
    after(() => sample.store.close());

    const rooms = async (prefix: string, count: number): Promise<readonly BindingRow[]> => {
      const names = Array.from({ length: count }, (_, n) => `${prefix}${n}`);
      for (const name of names) await linkRooms(sample.store, sample.account, [name]);
      const found = await sample.store.read(liveBindings(sample.account.id));
      const made = names.flatMap((name) => found.filter(({ native }) => native === name));
      for (const { group } of made)
        await sample.store.write("addGuest", {
          group,
          peer: at.peer,
          history: { kind: "all" },
          connection: null,
          now: 3_000,
        });
      return made;
    };
    const read = (groups: readonly GroupUri[], limit: number, bytes = 1_000_000) =>
      sample.store.read(
        readGroups({
          peer: at.peer,
          groups: groups.map((uri) => ({ uri, place: null })),
          limit,
          bytes,
          now: 4_000,
        }),
      );

    void test("few groups and many are read alike, and a page has what the log has", async () => {
      const made = await rooms("many", 30);
      for (const [n, room] of made.entries()) await sample.say(room, `many ${n} a`, `many ${n} b`);
      const uris = made.map(({ groupUri: uri }) => uri);
      const many = await read(uris, 500);
      const few = await Promise.all(uris.map((uri) => read([uri], 500)));
      assert.deepEqual(few.flat(), many);
      for (const page of many.filter(isPage)) {
        assert.deepEqual(
          page.events.map(({ seq }) => seq),
          [1, 2, 3],
        );
        assert.deepEqual([page.after, page.seq, page.head, page.more], [0, 3, 3, false]);
      }
    });

    void test("the limit is met exactly, whatever the sizes, and one event comes in any case", async () => {
      const made = await rooms("sized", 7);
      for (const [n, room] of made.entries())
        await sample.say(room, ...Array.from({ length: 3 * n }, (_, i) => `sized ${n} ${i}`));
      const uris = made.map(({ groupUri: uri }) => uri);
      for (const limit of [1, 3, 6, 7, 20, 40, 69, 200]) {
        const pages = (await read(uris, limit)).filter(isPage);
        const counts = pages.map(({ events }) => events.length);
        const total = counts.reduce((sum, count) => sum + count);
        assert.equal(total, Math.min(limit, 63 + 6), `limit ${limit}`);
        if (limit >= 6) assert.equal(counts.filter((count) => count > 0).length, 6);
      }
      const one = (await read(uris, 200, 1)).filter(isPage);
      assert.equal(
        one.reduce((sum, { events }) => sum + events.length, 0),
        1,
      );
    });

    void test("a group that is not there, none of the guest's, or left a day ago is not found", async () => {
      const [left] = await rooms("left", 1);
      assert.ok(left);
      await sample.say(left, "left a");
      await sample.store.write("removeGuest", { group: left.group, peer: at.peer });
      const uri = left.groupUri;
      const refused = await read([groupUri(domain("fake.mimi.test"), randomUUID()), sample.a.groupUri], 5);
      assert.deepEqual(
        refused.map((result) => "refused" in result && result.refused),
        ["not_found", "not_found"],
      );
      const seen = (now: number) => sample.store.read(readableBy({ uri, peer: at.peer, now }));
      assert.equal((await seen(4_000))?.left, true);
      const lately = (now: number) => sample.store.read(hasLeftLately({ peer: at.peer, now }));
      assert.deepEqual([await lately(4_000), await lately(3_000 + DAY - 1)], [true, true]);
      assert.equal(await lately(3_000 + 2 * DAY), false);
      assert.equal((await seen(3_000 + DAY - 1))?.left, true);
      assert.equal(await seen(3_000 + DAY), undefined);
    });

    void test("heads and submissions are those of what is asked for", async () => {
      const follower = await FollowerStage.make(sample, "heads.test");
      const earlier = await sample.store.read(headsOf([sample.a.group, sample.b.group, 9_999 as GroupId]));
      assert.equal(earlier.size, 1, "both rooms are in one group");
      await sample.say(sample.a, "heads a");
      const later = await sample.store.read(headsOf([sample.a.group]));
      assert.notEqual(later.get(sample.a.group), earlier.get(sample.a.group));
      assert.equal((await sample.store.read(headsOf([]))).size, 0);
      const last = () => sample.store.read(lastSubmissions([follower.peer, at.peer]));
      assert.equal((await last()).size, 0);
      await follower.say(message("heads b"));
      assert.deepEqual([...(await last()).keys()], [follower.peer]);
    });

    void test("who speaks for a domain, and whether it is connected", async () => {
      const speaking = (text: string, now = 10_000) =>
        sample.store.read(peerSpeakingFor({ domain: domain(text), now }));
      const found = await speaking("chat.reader.test");
      assert.deepEqual(
        [found?.peer, found?.base, found?.blocked, found?.connected, found?.keys.length],
        [at.peer, "reader.test", false, false, 1],
      );
      assert.equal((await speaking("any.where.reader.test"))?.peer, at.peer);
      assert.equal(await speaking("xreader.test"), undefined);
      assert.equal(await speaking("fake.mimi.test"), undefined);
      const provider = (await sample.store.read(peerOfProvider(at.host)))?.provider;
      assert.ok(provider);
      await sample.store.write("addConnection", {
        id: randomUUID() as ConnectionId,
        peer: at.peer,
        provider,
        group: null,
        role: "2",
        expires: 20_000,
        waiting: false,
        at: 10_000,
        actor: "test",
      });
      assert.equal((await speaking("chat.reader.test"))?.connected, true);
      assert.equal((await speaking("chat.reader.test", 20_000))?.connected, false);
    });

    void test("a snapshot taken while the log grows is true at its seq", async () => {
      const [room] = await rooms("busy", 1);
      assert.ok(room);
      const saying = (async () => {
        for (let n = 0; n < 30; n++) await sample.say(room, `busy ${n}`);
      })();
      const seen: number[] = [];
      do {
        const now: Snapshot = await sample.store.read(snapshotOf(room.group));
        seen.push(now.seq);
        assert.deepEqual([now.members, now.rev, now.state], [now.seq === 0 ? 0 : 1, 1, "open"]);
        await new Promise(setImmediate);
      } while (seen.at(-1) !== 31);
      await saying;
      assert.deepEqual(
        seen,
        seen.toSorted((a, b) => a - b),
      );
      const page = { group: room.group, after: 0, limit: 5 } as const;
      const { members, more } = await sample.store.read(membersPage(page));
      assert.deepEqual(
        [members.map(({ state, role, version }) => [state, role, version]), more],
        [[["joined", 2, 1]], false],
      );
      assert.equal((await sample.store.read(membersPage({ ...page, group: 9_999 as GroupId }))).more, false);
    });

    void test("a peer that is not a guest reads nothing", async () => {
      const groups = [{ uri: at.room.groupUri, place: null }];
      const asked = { peer: 9_999 as PeerId, groups, limit: 5, bytes: 100, now: 4_000 };
      assert.deepEqual(await sample.store.read(readGroups(asked)), [
        { uri: at.room.groupUri, refused: "not_found" },
      ]);
    });
  });
}
