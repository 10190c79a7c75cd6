/** Profiles and markers of groups, as they are met, given and taken. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { MessageName } from "../../../../core/bridge/inbound.ts";
import { inLane } from "../../../../core/lanes/lane-key.ts";
import { typistsOf, valuesRead, valuesSince } from "../../../../core/store/units/latest-values.ts";
import type { NewEvent } from "../../../../core/store/units/group-log.ts";
import { type EventId, type ProviderDomain, type UserUri, userUri } from "../../../../mappings/ids.ts";
import { domain, person, remote, submitted } from "../federation-sample.ts";
import { FollowerStage } from "../follower-stage.ts";
import { OwnerStage } from "../owner-stage.ts";
import { message, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const OURS = domain("fake.mimi.test");
const anna = { uri: userUri(OURS, "anna"), native: "anna", name: "Anna" };
const by = (name: string): MessageName => ({ by: "native", name });
const profile = (user: UserUri, name: string, rev: number, avatar: string | null = null) => ({
  user,
  name,
  rev,
  avatar,
});
const marker = (user: UserUri, id: EventId, at = 7_000) => ({ user, kind: "read" as const, id, at });
const mia = (host: ProviderDomain) => person(host, "mia");

for (const kind of storeKinds()) {
  void describe(`latest values on ${kind.name}`, () => {
    let sample: SampleStore;
    let turn = 0;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());
    beforeEach(() => {
      turn += 1;
    });

    const base = (name: string) => `${name}${turn}.test`;
    const since = (at: OwnerStage | FollowerStage, from = 0, limit = 100) =>
      sample.store.read(valuesSince({ group: at.room.group, peer: at.peer, after: from, limit }));
    const take = (
      at: OwnerStage | FollowerStage,
      rows: Partial<Parameters<typeof sample.store.write<"takeValues">>[1]>,
    ) =>
      sample.store.write("takeValues", {
        group: at.room.group,
        peer: at.peer,
        markers: [],
        profiles: [],
        ...rows,
      });
    const named = async (uri: UserUri) => {
      const [row] = await sample.sql(`select name, avatar_url, profile_rev from "user" where uri = '${uri}'`);
      return row && [row["name"], row["avatar_url"], Number(row["profile_rev"])];
    };
    const sayAs = async (at: OwnerStage, sender: NonNullable<NewEvent["sender"]>, text: string) => {
      const event = message(`${at.room.native} ${text}`, sender);
      await sample.accept(at.room.id, [event.id]);
      const fence = await sample.claim(inLane(at.room.id));
      const [row] = await sample.rows(at.room.id);
      assert.ok(row);
      await sample.append(fence, at.room, [sample.row(row.n, [event])]);
      await sample.store.write("releaseLane", fence);
      return event;
    };
    const owner = async () => {
      const at = await OwnerStage.make(sample, base("guest"));
      await at.admit({ kind: "all" });
      return at;
    };
    const follower = () => FollowerStage.make(sample, base("owner"));

    void test("whoever speaks is made known once, and again under another name", async () => {
      const at = await owner();
      const joe = { uri: userUri(OURS, `joe${turn}`), native: `joe${turn}`, name: "Joe" };
      await sayAs(at, joe, "one");
      const first = await since(at);
      assert.deepEqual(first?.profiles, [profile(joe.uri, "Joe", 1)]);
      assert.equal(first.more, false);
      await sayAs(at, joe, "two");
      assert.equal(await since(at, first.n), null, "nothing is new");
      await sayAs(at, { ...joe, name: "Joseph" }, "three");
      const second = await since(at, first.n);
      assert.deepEqual(second?.profiles, [profile(joe.uri, "Joseph", 2)]);
      assert.ok(second.n > first.n);
      assert.equal((await since(at, second.n + 5))?.profiles.length, 1, "a number that was never given");
    });

    void test("a guest's user is known by his URI until his gateway says more", async () => {
      const at = await owner();
      const uri = mia(at.host);
      await at.submit([submitted(uri)]);
      assert.deepEqual((await since(at))?.profiles, [profile(uri, "mia", -1)]);
      const taken = await take(at, { profiles: [profile(uri, "Mia", 0, "https://x.test/mia")] });
      const shown = [profile(uri, "Mia", 0, "https://x.test/mia")];
      assert.deepEqual(taken, { moved: [], shown, changed: true });
      assert.deepEqual((await since(at))?.profiles, [profile(uri, "Mia", 0, "https://x.test/mia")]);
      assert.equal((await take(at, { profiles: [profile(uri, "Mimi", 0)] })).changed, false);
      assert.deepEqual(await named(uri), ["Mia", "https://x.test/mia", 0]);
      await take(at, { profiles: [profile(uri, "Mimi", 4)] });
      assert.deepEqual(await named(uri), ["Mimi", null, 4], "what is left out is gone");
    });

    void test("a name that comes with an event is no revision of the profile", async () => {
      const at = await owner();
      const uri = mia(at.host);
      await at.submit([submitted(uri, { senderName: "Mia" })]);
      assert.deepEqual(await named(uri), ["Mia", null, -1]);
      await take(at, { profiles: [profile(uri, "Mia", 1)] });
      await at.submit([submitted(uri, { senderName: "Mia M." })]);
      assert.deepEqual(await named(uri), ["Mia M.", null, 1]);
    });

    void test("a guest speaks only for members of its own hosts", async () => {
      const at = await owner();
      await sayAs(at, anna, "hello");
      const stranger = person(at.host, "stranger");
      const other = await OwnerStage.make(sample, base("another"));
      await other.admit({ kind: "all" });
      const theirs = person(other.host, "theirs");
      await other.submit([submitted(theirs)]);
      const rows = [anna.uri, stranger, theirs].map((uri) => profile(uri, "Forged", 99));
      assert.deepEqual(await take(at, { profiles: rows }), { moved: [], shown: [], changed: false });
      assert.equal((await named(anna.uri))?.[0], "Anna");
      assert.equal(await named(stranger), undefined, "nobody is made of a row about nobody");
      assert.equal((await named(theirs))?.[0], "theirs");
    });

    void test("an owner speaks for all but ours", async () => {
      const at = await follower();
      const [ann, ben] = [person(at.host, "ann"), userUri(domain(base("third")), "ben")];
      const theirs = [profile(ann, "Ann", 1), profile(ben, "Ben", 1)];
      const rows = [...theirs, profile(anna.uri, "Forged", 99)];
      assert.deepEqual(await take(at, { profiles: rows }), { moved: [], shown: theirs, changed: false });
      assert.deepEqual([(await named(ann))?.[0], (await named(ben))?.[0]], ["Ann", "Ben"]);
      assert.equal((await named(anna.uri))?.[0], "Anna");
      assert.equal(await since(at), null, "the owner is told of ours alone");
    });

    void test("the owner is told of our users who speak in its group, and of where they have read", async () => {
      const at = await follower();
      const said = message(`${at.room.native} hello`);
      await at.say(said);
      assert.deepEqual(
        (await since(at))?.profiles.map(({ user }) => user),
        [anna.uri],
      );
      const theirs = remote(1, person(at.host, "ann"));
      await at.apply([theirs, at.back(2, said)]);
      const before = (await since(at))?.n ?? 0;
      await sample.sql(`insert into member (grp, user_id, state, since_seq) select ${at.group}, id, 'joined', 1
        from "user" where uri in ('${anna.uri}', '${String(theirs.sender)}')
        and not exists (select 1 from member where grp = ${at.group} and user_id = "user".id)`);
      const readers = [
        { binding: at.room.id, uri: anna.uri, kind: "read" as const, names: [by(said.native ?? "")], at: 1 },
      ];
      const noted = await sample.store.write("noteMarkers", { group: at.group, readers });
      assert.deepEqual(noted, {
        ownerPeer: at.peer,
        moved: [{ uri: anna.uri, name: "Anna", kind: "read", id: said.id, binding: at.room.id }],
      });
      await take(at, { markers: [marker(person(at.host, "ann"), said.id)] });
      const page = await since(at, before);
      assert.deepEqual(page?.markers, [{ user: anna.uri, kind: "read", id: said.id, at: 1 }]);
    });

    void test("a marker moves forward only, and to what is in the log", async () => {
      const at = await owner();
      const uri = mia(at.host);
      const [one, two] = [await sayAs(at, anna, "one"), await sayAs(at, anna, "two")];
      await at.submit([submitted(uri)]);
      const ids = async (rows: readonly EventId[]) =>
        (await take(at, { markers: rows.map((id) => marker(uri, id)) })).moved.map(({ id }) => id);
      assert.deepEqual(await ids(["ff".repeat(32) as EventId]), []);
      assert.deepEqual(await ids([two.id]), [two.id]);
      assert.deepEqual(await ids([one.id, two.id]), []);
      const delivered = { ...marker(uri, one.id), kind: "delivered" as const };
      assert.equal((await take(at, { markers: [delivered] })).moved.length, 1, "each kind has its own place");
      assert.deepEqual((await since(at))?.markers, [], "a guest is not told what it has said itself");
      const reader = { binding: at.room.id, uri: anna.uri, kind: "read", names: [], at: 5 } as const;
      const note = (names: readonly MessageName[]) =>
        sample.store.write("noteMarkers", { group: at.room.group, readers: [{ ...reader, names }] });
      assert.deepEqual((await note([by("unknown"), { by: "aux", name: two.aux ?? "" }])).moved, [
        { uri: anna.uri, name: "Anna", kind: "read", id: two.id, binding: at.room.id },
      ]);
      assert.deepEqual((await note([by(one.native ?? "")])).moved, []);
      assert.deepEqual((await since(at))?.markers, [{ user: anna.uri, kind: "read", id: two.id, at: 5 }]);
    });

    void test("whoever is no member has read nothing", async () => {
      const at = await owner();
      const said = await sayAs(at, anna, "one");
      const lurker = { binding: at.room.id, uri: userUri(OURS, "lurker"), kind: "read", at: 1 } as const;
      const noted = await sample.store.write("noteMarkers", {
        group: at.room.group,
        readers: [{ ...lurker, names: [by(said.native ?? "")] }],
      });
      assert.deepEqual(noted, { moved: [], ownerPeer: null });
    });

    void test("values come in pages, in the order of their changes, and none is left out", async () => {
      const at = await owner();
      const people = Array.from({ length: 7 }, (_, i) => person(at.host, `p${i}`));
      for (const uri of people) await at.submit([submitted(uri)]);
      const found: UserUri[] = [];
      let from = 0;
      for (let more = true; more;) {
        const page = await since(at, from, 3);
        assert.ok(page);
        found.push(...page.profiles.map(({ user }) => user));
        ({ n: from, more } = page);
      }
      assert.deepEqual(found, people);
      assert.equal(await since(at, from, 3), null);
    });

    void test("whoever reads while others write misses nothing", async () => {
      const at = await owner();
      const people = Array.from({ length: 40 }, (_, i) => person(at.host, `q${i}`));
      const writing = { left: people.length };
      const written = people.map(async (uri) => {
        await at.submit([submitted(uri)]);
        await take(at, { profiles: [profile(uri, `Q ${uri}`, 1)] });
        writing.left -= 1;
      });
      const found = new Map<UserUri, number>();
      for (let from = 0, last = false; !last;) {
        // SQLite reads at once: the writer's thread is to be heard in between.
        await new Promise((resolve) => setImmediate(resolve));
        last = writing.left === 0;
        const page = await since(at, from, 5);
        for (const { user, rev } of page?.profiles ?? []) found.set(user, rev);
        from = page?.n ?? from;
        if (page?.more === true) last = false;
      }
      await Promise.all(written);
      assert.deepEqual([...found.keys()].toSorted(), people.toSorted());
      assert.deepEqual(new Set(found.values()), new Set([1]));
    });

    void test("a peer's own cursor is kept with its rows, and forgotten when told", async () => {
      const at = await owner();
      const states = () => sample.store.read(valuesRead(at.peer));
      await take(at, { state: "s1" });
      await take(at, {});
      assert.deepEqual([...(await states())], [[at.room.group, "s1"]]);
      await take(at, { state: "s2" });
      assert.equal((await states()).get(at.room.group), "s2");
      await take(at, { state: null });
      assert.equal((await states()).size, 0);
    });

    void test("whoever has nothing to do with a group neither gives nor gets", async () => {
      const at = await owner();
      const uri = mia(at.host);
      await at.submit([submitted(uri, { senderName: "Mia" })]);
      await at.remove();
      assert.equal(await since(at), null);
      await take(at, { profiles: [profile(uri, "Forged", 9)], state: "s1" });
      assert.deepEqual(await named(uri), ["Mia", null, -1]);
      assert.equal((await sample.store.read(valuesRead(at.peer))).size, 0);
    });

    void test("a peer says only of its own members that they type", async () => {
      const at = await owner();
      await sayAs(at, anna, "hello");
      const uri = mia(at.host);
      await at.submit([submitted(uri, { senderName: "Mia" })]);
      const users = [uri, person(at.host, "stranger"), anna.uri];
      const found = await sample.store.read(typistsOf({ group: at.room.group, peer: at.peer, users }));
      assert.deepEqual([found.guest, [...found.names]], [true, [[uri, "Mia"]]]);
    });
  });
}
