/** As guest: what is said while something that was said before is on its way to the owner. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { isUnderWay, valueUnderWay } from "../../../../core/store/units/submissions.ts";
import { decodeProperty } from "../../../../mappings/event-content.ts";
import { propertySays, remote } from "../federation-sample.ts";
import { FollowerStage } from "../follower-stage.ts";
import { message, property, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

for (const kind of storeKinds()) {
  void describe(`what is under way on ${kind.name}`, () => {
    let sample: SampleStore;
    let at: FollowerStage;
    let turn = 0;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());
    beforeEach(async () => {
      turn += 1;
      at = await FollowerStage.make(sample, `way${turn}.test`);
    });

    const topics = async () =>
      (await at.pending()).flatMap(({ kind: of, content }) =>
        of === "property" ? [decodeProperty(content).value] : [],
      );
    const coming = () => sample.store.read(valueUnderWay(at.group, { name: "topic", item: "" }));
    /** The topic as the owner has it, set by somebody of its own. */
    const set = (seq: number, value: string) =>
      at.apply([remote(seq, null, { ...propertySays("topic", value) })]);

    void test("a topic set back to what the group holds travels while another is on its way", async () => {
      await set(1, "tea");
      assert.equal(await coming(), null);
      await at.say(property("topic", "milk"));
      assert.equal(await coming(), "milk");
      await at.say(property("topic", "tea"));
      assert.deepEqual(await topics(), ["milk", "tea"], "or the group would hold milk, and the room tea");
      assert.equal(await coming(), "tea");
      const [milk, tea] = await at.pending();
      assert.ok(milk && tea);
      const back = (seq: number, { id, sender, content }: typeof milk, value: string) =>
        remote(seq, sender, { id, content, ...propertySays("topic", value) });
      await at.apply([back(2, milk, "milk"), back(3, tea, "tea")]);
      assert.equal(await at.count("property where value = 'tea' and seq = 3"), 1);
      assert.equal(await coming(), null);
    });

    void test("a topic that the group holds does not travel where nothing is on its way, or the same is", async () => {
      await set(1, "tea");
      await at.say(property("topic", "tea"));
      assert.deepEqual(await topics(), []);
      await at.say(property("topic", "milk"), property("topic", "milk"));
      assert.deepEqual(await topics(), ["milk"]);
    });

    void test("what was refused is not on its way any more", async () => {
      await set(1, "tea");
      await at.say(property("topic", "milk"));
      const [milk] = await at.pending();
      assert.ok(milk);
      await at.verdict(milk.id, "not_member");
      assert.equal(await coming(), null);
      await at.say(property("topic", "tea"));
      assert.deepEqual(await topics(), []);
    });

    void test("a reaction that stands is taken away and put again while its removal is on its way", async () => {
      const root = message(`liked ${turn}`);
      const effect = { kind: "reaction", target: root.id, emoji: "👍" } as const;
      const like = { ...message(`like ${turn}`), effect };
      await at.say(root, like);
      await at.apply([at.back(1, root), at.back(2, like)]);
      const [anna] = await sample.sql(`select id from "user" where uri = '${like.sender?.uri}'`);
      const sender = anna?.["id"] as never;
      const waits = () => sample.store.read(isUnderWay({ group: at.group, sender }));
      assert.equal(await waits(), false);
      await at.say({ ...message(`twice ${turn}`), effect });
      assert.deepEqual(await at.pending(), [], "it stands, and nothing says otherwise");
      const away = { ...message(`away ${turn}`), effect: { kind: "unreaction", reaction: like.id } as const };
      const again = { ...message(`again ${turn}`), effect };
      await at.say(away);
      assert.equal(await waits(), true);
      await at.say(again);
      assert.deepEqual(
        (await at.pending()).map(({ id }) => id),
        [away.id, again.id],
      );
      await at.verdict(away.id, null);
      assert.equal(await waits(), true, "accepted, but not back yet");
      await at.apply([at.back(3, away), at.back(4, again)]);
      assert.equal(await waits(), false);
      assert.equal(await at.count("reaction where gone_seq is null"), 1);
    });
  });
}
