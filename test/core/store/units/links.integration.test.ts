/** Rooms linked and unlinked, with and without erasing what was stored. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type EventId, parseProviderDomain, userUri } from "../../../../mappings/ids.ts";
import type { AccountId, AvatarToken, Seq } from "../../../../core/ids.ts";
import { inLane, outLane } from "../../../../core/lanes/lane-key.ts";
import { portalsOf, roomsBeside } from "../../../../core/store/units/account-rooms.ts";
import { avatarSource } from "../../../../core/store/units/avatars.ts";
import { type BindingRow, liveBindings } from "../../../../core/store/units/bindings.ts";
import { inboxBinding } from "../../../../core/store/units/inbox.ts";
import { openDeliveries, outboxBinding, speakersFor } from "../../../../core/store/units/outbox.ts";
import { findEvents } from "../../../../core/store/units/trace.ts";
import { done, linkRooms, message, register, SampleStore, intent } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const lost = { code: "lane_lost" };

for (const kind of storeKinds()) {
  void describe(`links on ${kind.name}`, () => {
    let sample: SampleStore;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());

    void test("link: twice is once; a room of another group is refused; settings stand as first written", async () => {
      const { store, account } = sample;
      const groups = await sample.count("grp");
      assert.deepEqual((await linkRooms(store, account, ["a", "b", "a"])).linked, []);
      assert.deepEqual((await linkRooms(store, account, ["c", "c"])).linked, [0]);
      assert.equal(await sample.count("grp"), groups + 1);
      await assert.rejects(linkRooms(store, account, ["a", "c"]), { code: "room_linked" });
      const [one, two] = [Uint8Array.of(1), Uint8Array.of(2)];
      assert.deepEqual(new Uint8Array(await store.write("settle", { name: "k", value: one })), one);
      assert.deepEqual(new Uint8Array(await store.write("settle", { name: "k", value: two })), one);
      assert.deepEqual(await register(store), account);
    });

    void test("the rooms beside one are the live ones of its group and account; what an account has made is counted", async () => {
      const { store, account, a, b } = sample;
      assert.deepEqual(await store.read(roomsBeside(a)), [b.native]);
      await linkRooms(store, account, ["alone"]);
      assert.deepEqual(await store.read(roomsBeside(a)), [b.native]);
      assert.deepEqual(await store.read(roomsBeside({ ...a, account: 0 as AccountId })), []);
      assert.equal(await store.read(portalsOf(account.id)), 0);
      await sample.sql("update binding set kind = 'portal' where native = 'alone'");
      assert.equal(await store.read(portalsOf(account.id)), 1);
      await sample.sql("update binding set kind = 'plumbed' where native = 'alone'");
    });

    for (const erase of [false, true])
      void test(`unlink ${erase ? "with" : "without"} erase: nothing is taken or intended any more, and the end is told`, async () => {
        const { store, account } = sample;
        const room = `leaving ${erase}`;
        await linkRooms(store, account, [room, `staying ${erase}`]);
        const all = await store.read(liveBindings(account.id));
        const [binding, other] = [room, `staying ${erase}`].map((name) =>
          all.find(({ native }) => native === name),
        );
        assert.ok(binding && other);
        const told = `secret of ${room}`;
        await sample.say(binding, told);
        await sample.say(other, `answer ${erase}`);
        await sample.sql(
          `insert into reaction (grp, target, event_id, user_id, emoji, seq)
           select grp, id, id, sender, '👍', seq from event
           where origin_binding = ${binding.id} and kind = 'message'`,
        );
        const out = await sample.claim(outLane(binding.id));
        await sample.accept(binding.id, ["on its way"]);
        const input = {
          account: account.id,
          native: binding.native,
          label: `fake:${room}`,
          erase,
          at: 9,
          actor: "t",
        };
        assert.equal((await store.write("unlink", input)).group, binding.groupUri);
        assert.deepEqual(await sample.accept(binding.id, ["later"]), []);
        assert.equal(await sample.count(`inbox where binding = ${binding.id}`), 0);
        assert.equal(await store.read(inboxBinding(binding.id)), undefined);
        const news = sample.progress(out, binding.id, { intents: [intent(3)], intendedSeq: 3 as Seq });
        await assert.rejects(store.write("progress", news), lost);
        const open = await store.read(openDeliveries({ binding: binding.id, limit: 10 }));
        assert.equal(open.length, 1, "the last line to the room");
        assert.match(open[0]?.noticeText ?? "", /no longer linked/);
        const last = { ...done, seq: open[0]?.seq ?? 0 };
        await store.write("progress", sample.progress(out, binding.id, { settled: [last] }));
        const leaving = await store.read(outboxBinding(binding.id));
        assert.equal(leaving?.state, "leaving");
        assert.ok(leaving && (await store.read(speakersFor(leaving))).length > 0);
        await store.write("endBinding", { fence: out, binding: binding.id });
        assert.equal((await store.read(outboxBinding(binding.id)))?.state, "ended");
        assert.equal(await sample.count(`lane where binding = ${binding.id}`), 0);
        const kept = await sample.count(`event where origin_binding = ${binding.id} and content is not null`);
        assert.equal(kept, erase ? 0 : 2);
        assert.equal(await sample.count(`link where binding = ${binding.id}`), erase ? 0 : 1);
        assert.equal(await sample.count(`reaction where grp = ${binding.group}`), erase ? 0 : 1);
        assert.equal(
          await sample.count(
            `event where origin_binding = ${other.id} and kind = 'message' and content is not null`,
          ),
          1,
          "what others said stays",
        );
        await assert.rejects(store.write("unlink", input), { code: "room_not_linked" });
        assert.deepEqual((await linkRooms(store, account, [room])).linked, [0], "its address is free again");
      });

    void test("erase: pictures of those who only spoke there go, with the room's address in where they come from", async () => {
      const { store, account } = sample;
      const room = "pictured@muc.test";
      await linkRooms(store, account, [room, "beside the pictured"]);
      const all = await store.read(liveBindings(account.id));
      const [binding, other] = [room, "beside the pictured"].map((name) =>
        all.find(({ native }) => native === name),
      );
      assert.ok(binding && other);
      const domain = parseProviderDomain("pictured.test") ?? assert.fail();
      const speaks = async (name: string, source: string, where: BindingRow) => {
        const sender = { uri: userUri(domain, name), native: `${source}/${name}`, name, avatar: source };
        const text = `hi of ${name} in ${where.native}`;
        await sample.accept(where.id, [text]);
        const rows = await sample.rows(where.id);
        const fence = await sample.claim(inLane(where.id));
        const said = rows.map(({ n }) => sample.row(n, [message(text, sender)]));
        await sample.append(fence, where, said);
        await store.write("releaseLane", fence);
        const token = name.padEnd(27, "-") as AvatarToken;
        await store.write("noteAvatar", { token, user: sender.uri, rev: 1, source, at: 1 });
        return token;
      };
      const gone = await speaks("mia", `sha1:1:${room}/mia`, binding);
      const kept = await speaks("noa", "sha1:2:beside/noa", other);
      const both = await speaks("ona", "sha1:3:beside/ona", binding);
      await speaks("ona", "sha1:3:beside/ona", other);
      const waits = await speaks("pia", "sha1:4:beside/pia", binding);
      // What she has said in the other room is not in its owner's log yet.
      await sample.sql(
        "insert into submission (grp, id, kind, sender, content, origin_binding, origin_at, received_at, state) " +
          `select ${binding.group}, 'waits', 'message', id, '', ${other.id}, 1, 1, 'pending' from "user" where name = 'pia'`,
      );
      const input = {
        account: account.id,
        native: binding.native,
        label: "x",
        erase: true,
        at: 9,
        actor: "t",
      };
      await store.write("unlink", input);
      const out = await sample.claim(outLane(binding.id));
      await store.write("endBinding", { fence: out, binding: binding.id });
      assert.equal(await store.read(avatarSource(gone)), null);
      assert.equal((await store.read(avatarSource(kept)))?.source, "sha1:2:beside/noa");
      assert.equal((await store.read(avatarSource(both)))?.source, "sha1:3:beside/ona");
      assert.equal((await store.read(avatarSource(waits)))?.source, "sha1:4:beside/pia");
      assert.equal(await sample.count(`"user" where avatar_url = 'sha1:2:beside/noa'`), 1);
      const tables =
        kind.name === "SQLite"
          ? "select name from sqlite_master where type = 'table'"
          : "select table_name as name from information_schema.tables where table_schema = 'public'";
      for (const { name } of await sample.sql(tables)) {
        // What says that the room was linked and erased, and what the other room has yet to be told of that.
        if (name === "audit" || name === "notice") continue;
        const found = JSON.stringify(await sample.sql(`select * from "${String(name)}"`));
        assert.ok(!found.includes(room), `${String(name)} has the room's address still`);
      }
    });

    void test("erase: names of those who only spoke there go, and trace finds nothing by the native id", async () => {
      const found = await sample.store.read(findEvents("native secret of leaving true"));
      assert.deepEqual(found, []);
      const kept = await sample.store.read(findEvents("native secret of leaving false"));
      assert.equal(kept.length, 1);
      assert.deepEqual(await sample.store.read(findEvents("0".repeat(64) as EventId)), []);
    });
  });
}
