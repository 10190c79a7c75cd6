/** What people of our platforms look like: learnt from what they say, or without it, and told to whoever has met them. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Profiles } from "../../../../core/accounts/profiles.ts";
import type { GroupId } from "../../../../core/ids.ts";
import { inLane } from "../../../../core/lanes/lane-key.ts";
import { valuesSince } from "../../../../core/store/units/latest-values.ts";
import type { NewEvent } from "../../../../core/store/units/group-log.ts";
import { accountOfEvent } from "../../../../core/store/units/media.ts";
import { avatarSource } from "../../../../core/store/units/avatars.ts";
import type { AvatarToken } from "../../../../core/ids.ts";
import { userUri } from "../../../../mappings/ids.ts";
import { domain } from "../federation-sample.ts";
import { FollowerStage } from "../follower-stage.ts";
import { OwnerStage } from "../owner-stage.ts";
import { message, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const OURS = domain("fake.mimi.test");
const PICTURE = "https://avatars.example/1.png";

const sender = (name: string, avatar?: string | null) => ({
  uri: userUri(OURS, name),
  native: name,
  name,
  ...(avatar === undefined ? {} : { avatar }),
});

for (const kind of storeKinds()) {
  void describe(`profiles of our own on ${kind.name}`, () => {
    let sample: SampleStore;
    let said = 0;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    const sayAs = async (at: OwnerStage | FollowerStage, who: NonNullable<NewEvent["sender"]>) => {
      const event = message(`${at.room.native} ${(said += 1)}`, who);
      await sample.accept(at.room.id, [event.id]);
      const fence = await sample.claim(inLane(at.room.id));
      const [row] = await sample.rows(at.room.id);
      assert.ok(row);
      await sample.append(fence, at.room, [sample.row(row.n, [event])]);
      await sample.store.write("releaseLane", fence);
      return event;
    };
    const profileOf = async (at: OwnerStage | FollowerStage, name: string) => {
      const { group } = at.room;
      const page = await sample.store.read(valuesSince({ group, peer: at.peer, after: 0, limit: 100 }));
      const found = page?.profiles.find(({ user }) => user === userUri(OURS, name));
      return found && [found.name, found.avatar, found.rev];
    };
    const profiles = () => {
      const told: GroupId[] = [];
      const made = new Profiles({ store: sample.store, told: (group) => told.push(group) });
      const changed = (native: string, name: string, avatar?: string | null) =>
        made.changed(sample.account.provider, { native, name, ...(avatar === undefined ? {} : { avatar }) });
      return { told, changed };
    };

    void test("a picture comes with what somebody says, stays where nothing is said of it, and goes", async () => {
      const at = await OwnerStage.make(sample, "said.test");
      await at.admit({ kind: "all" });
      await sayAs(at, sender("joe", PICTURE));
      assert.deepEqual(await profileOf(at, "joe"), ["joe", PICTURE, 1]);
      await sayAs(at, sender("joe", PICTURE));
      await sayAs(at, sender("joe"));
      assert.deepEqual(await profileOf(at, "joe"), ["joe", PICTURE, 1], "nothing has changed");
      await sayAs(at, { ...sender("joe"), name: "Joseph" });
      assert.deepEqual(await profileOf(at, "joe"), ["Joseph", PICTURE, 2]);
      await sayAs(at, { ...sender("joe", null), name: "Joseph" });
      assert.deepEqual(await profileOf(at, "joe"), ["Joseph", null, 3]);
    });

    void test("a change without a word is told in every group that has met him, and in no other", async () => {
      const [one, two, other] = [
        await OwnerStage.make(sample, "one.test"),
        await FollowerStage.make(sample, "two.test"),
        await OwnerStage.make(sample, "other.test"),
      ];
      await one.admit({ kind: "all" });
      await other.admit({ kind: "all" });
      await sayAs(one, sender("ann"));
      await sayAs(two, sender("ann"));
      const { told, changed } = profiles();
      await changed("ann", "Ann", PICTURE);
      assert.deepEqual(new Set(told), new Set([one.room.group, two.room.group]));
      for (const at of [one, two]) assert.deepEqual(await profileOf(at, "ann"), ["Ann", PICTURE, 2]);
      assert.equal(await profileOf(other, "ann"), undefined);
      await changed("ann", "Ann", PICTURE);
      await changed("ann", "Ann");
      assert.equal(told.length, 2, "the same is no change");
      await changed("ann", "Ann", null);
      assert.deepEqual(await profileOf(one, "ann"), ["Ann", null, 3]);
    });

    void test("nothing is kept of somebody whom nobody has met", async () => {
      const { told, changed } = profiles();
      await changed("stranger", "Stranger", PICTURE);
      assert.deepEqual(told, []);
      assert.equal(await sample.count(`"user" where native = 'stranger'`), 0);
    });

    void test("an event said in a room of an account is the account's, and any other nobody's", async () => {
      const at = await OwnerStage.make(sample, "events.test");
      await at.admit({ kind: "all" });
      const { id: event } = await sayAs(at, sender("kim"));
      const accountOf = (place: Parameters<typeof accountOfEvent>[0]) =>
        sample.store.read(accountOfEvent(place));
      const group = at.room.groupUri;
      assert.equal(await accountOf({ group, event }), sample.account.id);
      assert.equal(await accountOf({ group: sample.a.groupUri, event }), null);
    });

    void test("a picture's name says where it comes from, until no profile has had it for long", async () => {
      const named = {
        token: "t".repeat(27) as AvatarToken,
        user: userUri(OURS, "ann"),
        rev: 99,
        source: PICTURE,
      };
      await sample.store.write("noteAvatar", { ...named, at: 1_000 });
      await sample.store.write("noteAvatar", { ...named, at: 2_000 });
      const source = { source: PICTURE, user: named.user };
      assert.deepEqual(await sample.store.read(avatarSource(named.token)), source);
      // It was named again, so that is when its time begins.
      await sample.store.write("dropAvatars", 2_000);
      assert.deepEqual(await sample.store.read(avatarSource(named.token)), source);
      await sample.store.write("dropAvatars", 2_001);
      assert.equal(await sample.store.read(avatarSource(named.token)), null);
    });
  });
}
