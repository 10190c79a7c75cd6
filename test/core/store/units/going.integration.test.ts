/** Somebody goes from a room of ours: he leaves the group that has met him, and comes in again when he next speaks. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inLane } from "../../../../core/lanes/lane-key.ts";
import { logAfter } from "../../../../core/store/units/outbox.ts";
import type { NewEvent } from "../../../../core/store/units/group-log.ts";
import { encodeMember, readEventContent } from "../../../../mappings/event-content.ts";
import { noParticulars } from "../../../../mappings/events.ts";
import { userUri } from "../../../../mappings/ids.ts";
import { domain } from "../federation-sample.ts";
import { FollowerStage } from "../follower-stage.ts";
import { eventId, message, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const OURS = domain("fake.mimi.test");
const person = (name: string) => ({ uri: userUri(OURS, name), native: name, name });

const going = (who: ReturnType<typeof person>, reason = "enough"): NewEvent => {
  const member = { ...noParticulars, user: who.uri, change: "leave", reason } as const;
  const content = encodeMember(member, new Uint8Array(16));
  return {
    ...message("a going", who),
    kind: "member",
    id: eventId(),
    content,
    native: null,
    act: null,
    member,
  };
};

for (const kind of storeKinds()) {
  void describe(`somebody who goes on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    const say = async (event: NewEvent) => {
      await sample.accept(sample.a.id, [event.id]);
      const fence = await sample.claim(inLane(sample.a.id));
      const [row] = await sample.rows(sample.a.id);
      assert.ok(row);
      await sample.append(fence, sample.a, [sample.row(row.n, [event])]);
      await sample.store.write("releaseLane", fence);
    };
    /** What was written into the log since. */
    const since = async (head: number) => {
      const entries = await sample.store.read(logAfter({ group: sample.a.group, after: head, limit: 100 }));
      return entries.map(({ kind: is, content, senderUri }) => {
        const read = is === "member" && content !== null ? readEventContent(is, content) : null;
        return read?.kind === "member" ? `${read.member.change} ${senderUri ?? "-"}` : is;
      });
    };
    const stateOf = async (name: string) => {
      const rows = await sample.sql(
        `select m.state as state from member m join "user" u on u.id = m.user_id where u.native = '${name}'`,
      );
      return rows[0]?.["state"];
    };

    void test("leaves the group, once, and is a member again when he speaks", async () => {
      const joe = person("joe");
      await say(message("I am Joe", joe));
      assert.equal(await stateOf("joe"), "joined");
      const head = await sample.head();
      await say(going(joe));
      await say(going(joe));
      assert.deepEqual(await since(head), [`leave ${joe.uri}`]);
      assert.equal(await stateOf("joe"), "left");
      await say(message("back again", joe));
      assert.deepEqual(await since(head), [`leave ${joe.uri}`, "join -", "message"]);
      assert.equal(await stateOf("joe"), "joined");
    });

    void test("is as he was met, and nobody gets to know whom nobody has met", async () => {
      const kim = person("kim");
      await say(message("I am Kim", kim));
      const head = await sample.head();
      await say(going({ ...kim, name: "kim-of-old" }));
      const [row] = await sample.sql(`select name from "user" where native = 'kim'`);
      assert.equal(row?.["name"], "kim");
      await say(going(person("stranger")));
      assert.deepEqual(await since(head), [`leave ${kim.uri}`]);
      assert.equal(await sample.count(`"user" where native = 'stranger'`), 0);
    });

    void test("is told to the owner of a group of another gateway's, if he is in it", async () => {
      const at = await FollowerStage.make(sample, "going.test");
      const submitted = () => at.count(`submission where kind = 'member'`);
      const lee = person("lee");
      await at.say(going(lee));
      assert.equal(await submitted(), 0, "nobody has met him");
      const said = message("I am Lee", lee);
      await at.say(said);
      await at.say(going(lee));
      assert.equal(await submitted(), 1, "he comes in by what the owner has not taken yet");
    });

    void test("is told nothing where the gateway has no part in the group any more: he is there no more", async () => {
      const at = await FollowerStage.make(sample, "unfollowed.test");
      const { fence, group, room } = at;
      const lee = person("lee");
      await sample.store.write("stopFollowing", { fence, group, state: "left", code: "connection_ended" });
      const told = () => sample.count(`notice where binding = ${room.id} and to_native = 'lee'`);
      await at.say(going(lee));
      assert.equal(await told(), 0);
      await at.say(message("I am Lee", lee));
      assert.equal(await told(), 1);
    });
  });
}
