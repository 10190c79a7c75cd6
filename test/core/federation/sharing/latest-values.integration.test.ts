/** Latest values as routes and lanes ask for them, over a real store. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { LatestValues } from "../../../../core/federation/sharing/latest-values.ts";
import { Typing } from "../../../../core/federation/sharing/typing.ts";
import type { GroupId } from "../../../../core/ids.ts";
import { groupUri, userUri } from "../../../../mappings/ids.ts";
import { domain, person, submitted } from "../../store/federation-sample.ts";
import { FollowerStage } from "../../store/follower-stage.ts";
import { OwnerStage } from "../../store/owner-stage.ts";
import { message, SampleStore } from "../../store/sample.ts";
import { storeKinds } from "../../store/stores.ts";

const MEMBERS_ONLY = "https://homeserver.example/zoe";

for (const kind of storeKinds()) {
  void describe(`values between gateways on ${kind.name}`, () => {
    let sample: SampleStore;
    let values: LatestValues;
    const told: string[] = [];
    const given: unknown[] = [];
    const shown: unknown[] = [];
    const profiled: unknown[] = [];
    const typing = new Typing({
      clock: { now: () => 0, after: () => () => undefined },
      give: (group, row, from) => given.push([group, row.user, row.on, from]),
      show: (group, speaker, what) => shown.push([group, speaker.name, what.typing]),
    });
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
      values = new LatestValues({
        store: sample.store,
        typing,
        tell: (topics) => told.push(...topics),
        showRead: (group, { name, id }) => {
          shown.push([group, name, id]);
          return Promise.resolve();
        },
        showProfile: (group, { user, name }) => {
          profiled.push([group, user, name]);
          return Promise.resolve();
        },
        publicAvatar: ({ source, rev }) =>
          Promise.resolve(source === MEMBERS_ONLY ? `https://one.test/avatar/${rev}` : source),
      });
    });
    after(() => sample.store.close());

    void test("a guest gets each value once, and gives its own", async () => {
      const at = await OwnerStage.make(sample, "guest.test");
      await at.admit({ kind: "all" });
      const mia = person(at.host, "mia");
      const event = submitted(mia);
      await at.submit([event]);
      const group = { group: at.room.group, uri: at.room.groupUri, rev: 1 };
      const first = await values.since(group, at.peer, undefined);
      assert.deepEqual(first?.profiles, [{ user: mia, name: "mia", rev: 0 }]);
      assert.match(first.state, /^[A-Za-z0-9._~-]{1,128}$/);
      assert.equal(await values.since(group, at.peer, first.state), null);
      await values.take(at.peer, group.group, {
        profiles: [{ user: mia, name: "Mia", rev: 1 }, "nonsense"],
        markers: [{ user: mia, kind: "read", id: event.id, at: 1 }],
        transients: [{ user: mia, kind: "typing", on: true }],
        state: "theirs",
      });
      assert.deepEqual(told.splice(0), [`group:${group.group}`]);
      assert.deepEqual(shown.splice(0), [
        [group.group, "Mia", event.id],
        [group.group, "Mia", true],
      ]);
      assert.deepEqual(profiled.splice(0), [[group.group, mia, "Mia"]]);
      assert.deepEqual(given.splice(0), [[group.group, mia, true, at.peer]], "other guests hear of it");
      const second = await values.since(group, at.peer, first.state);
      assert.deepEqual(second?.profiles, [{ user: mia, name: "Mia", rev: 1 }]);
      assert.equal((await values.states(at.peer)).get(group.group), "theirs");
      const heads = await values.heads([group.group, 1_000_000 as GroupId]);
      assert.deepEqual([...heads.keys()], [group.group], "what has no values has no head");
      const head = heads.get(group.group) ?? 0;
      const seen = await values.since({ ...group, values: head }, at.peer, first.state);
      assert.deepEqual(seen, second, "a head that lies behind the state is looked for");
      assert.equal(await values.since({ ...group, values: head }, at.peer, second.state), null);
      const anew = await values.since({ ...group, rev: 2 }, at.peer, second.state);
      assert.equal(anew?.profiles.length, 1, "a group that was restored is read from the start");
    });

    void test("a picture that others can't fetch where it lies is given by this gateway", async () => {
      const at = await FollowerStage.make(sample, "pictures.test");
      const zoe = { uri: userUri(domain("fake.mimi.test"), "zoe"), native: "zoe", name: "Zoe" };
      const given = async (avatar: string | null) => {
        await at.say(message(`as ${String(avatar)}`, { ...zoe, ...(avatar !== null && { avatar }) }));
        const page = await values.since({ group: at.group, uri: at.uri, rev: 1 }, at.peer, undefined);
        return page?.profiles.find(({ user }) => user === zoe.uri)?.avatar;
      };
      assert.equal(await given(null), undefined);
      assert.equal(await given(MEMBERS_ONLY), "https://one.test/avatar/2");
      assert.equal(await given("https://avatars.example/zoe"), "https://avatars.example/zoe");
    });

    void test("a state of another group, and what is none, are refused", async () => {
      const at = await OwnerStage.make(sample, "cursors.test");
      await at.admit({ kind: "all" });
      await at.submit([submitted(person(at.host, "mia"))]);
      const group = { group: at.room.group, uri: at.room.groupUri, rev: 1 };
      const state = (await values.since(group, at.peer, undefined))?.state;
      const other = { ...group, uri: groupUri(domain("fake.mimi.test"), "other") };
      await assert.rejects(values.since(other, at.peer, state), { code: "cursor_foreign" });
      await assert.rejects(values.since(group, at.peer, "s7"), { code: "cursor_malformed" });
    });

    void test("an owner gets what is of ours, and its own goes no further", async () => {
      const at = await FollowerStage.make(sample, "owner.test");
      await at.say(message("values for the owner"));
      const group = { group: at.group, uri: at.uri, rev: 1 };
      const anna = userUri(domain("fake.mimi.test"), "anna");
      const page = await values.since(group, at.peer, undefined);
      assert.deepEqual(page?.profiles, [{ user: anna, name: "Anna", rev: 1 }]);
      told.splice(0);
      await values.take(at.peer, at.group, {
        profiles: [{ user: person(at.host, "ann"), name: "Ann", rev: 1 }],
        transients: [{ user: anna, kind: "typing", on: true }],
      });
      assert.deepEqual([told, given, shown], [[], [], []]);
      values.changed(at.group, at.peer);
      assert.deepEqual(told.splice(0), [`peer:${at.peer}`]);
    });

    void test("a page of many has more behind it, and is read on from its state", async () => {
      const at = await OwnerStage.make(sample, "many.test");
      await at.admit({ kind: "all" });
      for (const name of ["a", "b", "c"]) await at.submit([submitted(person(at.host, name))]);
      const group = { group: at.room.group, uri: at.room.groupUri, rev: 1 };
      const first = await values.since(group, at.peer, undefined, 2);
      assert.deepEqual([first?.profiles.length, first?.more], [2, true]);
      const second = await values.since(group, at.peer, first?.state, 2);
      assert.deepEqual([second?.profiles.length, second?.more], [1, false]);
    });
  });
}
