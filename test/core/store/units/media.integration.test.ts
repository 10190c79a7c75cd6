/** Files that other gateways may have, and those that guests leave here. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, beforeEach, describe, test } from "node:test";
import type { MediaId, PeerId } from "../../../../core/ids.ts";
import { inLane, outLane } from "../../../../core/lanes/lane-key.ts";
import type { NewEvent } from "../../../../core/store/units/group-log.ts";
import { notKept, unnamedOctets } from "../../../../core/store/units/kept-media.ts";
import { isMemberSomewhere, mediaFor, sourcesOf } from "../../../../core/store/units/media.ts";
import { mediaHosts } from "../../../../core/store/units/media-hosts.ts";
import type { BindingRow } from "../../../../core/store/units/bindings.ts";
import { encodeErasure, encodeMember } from "../../../../mappings/event-content.ts";
import type { EventId } from "../../../../mappings/ids.ts";
import { noParticulars } from "../../../../mappings/events.ts";
import { addPeer, domain, person, remote, submitted } from "../federation-sample.ts";
import { FollowerStage } from "../follower-stage.ts";
import { OwnerStage } from "../owner-stage.ts";
import { message, SampleStore } from "../sample.ts";
import { storeKinds } from "../stores.ts";

const newId = (): MediaId => randomBytes(16).toString("base64url") as MediaId;
const salt = new Uint8Array(16);

const member = (user: string, change: "join" | "leave") => ({
  content: encodeMember({ user, change }, salt),
  kind: "member" as const,
  says: { kind: "member" as const, member: { user, change, ...noParticulars } },
});

const erasing = (ids: readonly EventId[]) => ({
  content: encodeErasure({ of: "events", ids }, salt),
  kind: "erase" as const,
  says: { kind: "erase" as const, erasure: { of: "events" as const, ids } },
});

for (const kind of storeKinds()) {
  void describe(`media on ${kind.name}`, () => {
    let sample: SampleStore;
    let turn = 0;
    let base: string;
    before(async () => {
      const place = await kind.place();
      sample = await SampleStore.make(await kind.open(place), place);
    });
    after(() => sample.store.close());
    beforeEach(() => {
      turn += 1;
      base = `media${turn}.test`;
    });

    function withFile(text: string, id: MediaId): NewEvent {
      const source = `https://upload.test/${text}`;
      const file = { id, account: sample.account.id, source, type: "image/png", size: 5 };
      return { ...message(text), media: [file] };
    }

    async function say(room: BindingRow, ...events: readonly NewEvent[]): Promise<void> {
      await sample.accept(
        room.id,
        events.map(({ id }) => id),
      );
      const fence = await sample.claim(inLane(room.id));
      const rows = (await sample.rows(room.id)).map(({ n }, i) => sample.row(n, events.slice(i, i + 1)));
      await sample.append(fence, room, rows);
      await sample.store.write("releaseLane", fence);
    }

    const sourceFor = async (id: MediaId, peer: PeerId | null, as = domain(`chat.${base}`)) =>
      (await sample.store.read(mediaFor({ id, peer, as })))?.source;

    void test("a file of our group is for its guests, from what they may see to where they left", async () => {
      const at = await OwnerStage.make(sample, base);
      const [old, seen, late] = [newId(), newId(), newId()];
      await say(at.room, withFile(`old ${turn}`, old));
      await at.admit({ kind: "none" });
      const event = withFile(`seen ${turn}`, seen);
      await say(at.room, event);
      assert.equal(await sourceFor(seen, at.peer), `https://upload.test/seen ${turn}`);
      assert.equal(await sourceFor(old, at.peer), undefined, "it stands in what the guest may not see");
      assert.equal(await sourceFor(seen, null), undefined, "nobody is a guest who is no peer");
      const { id: other } = await addPeer(sample, `other.${base}`);
      assert.equal(await sourceFor(seen, other), undefined, "another peer is in no group");
      assert.equal(await sourceFor(newId(), at.peer), undefined);
      await at.remove();
      await say(at.room, withFile(`late ${turn}`, late));
      assert.equal(await sourceFor(seen, at.peer), `https://upload.test/seen ${turn}`, "it was seen");
      assert.equal(await sourceFor(late, at.peer), undefined, "the guest had left");
      const rooms = await sample.store.read(sourcesOf({ group: at.room.group, event: event.id }));
      assert.deepEqual(
        rooms.map((row) => [row.id, row.source]),
        [[seen, `https://upload.test/seen ${turn}`]],
      );
    });

    void test("what was accepted before is written once, and nothing for what the log refuses", async () => {
      const at = await OwnerStage.make(sample, base);
      const id = newId();
      const event = withFile(`twice ${turn}`, id);
      await say(at.room, event, event);
      assert.equal(await sample.count(`media where id = '${id}'`), 1);
    });

    void test("a file in a peer's group is for the owner and the gateways of its members", async () => {
      const at = await FollowerStage.make(sample, base);
      const id = newId();
      const event = withFile(`ours ${turn}`, id);
      await at.say(event);
      const source = `https://upload.test/ours ${turn}`;
      assert.equal(await sourceFor(id, at.peer), source, "the owner, before the event has come back");
      const stranger = domain(`gw.${base}`);
      const provider = `chat.${stranger}`;
      assert.equal(await sourceFor(id, null, stranger), undefined);
      assert.equal(await sample.store.read(isMemberSomewhere(stranger)), false);
      await at.apply([remote(1, null, member(`mimi://${provider}`, "join")), at.back(2, event)]);
      assert.equal(await sample.store.read(isMemberSomewhere(stranger)), true);
      assert.equal(await sourceFor(id, null, stranger), source, "its provider lies under its base domain");
      assert.equal(await sourceFor(id, null, domain(provider)), source);
      assert.equal(await sourceFor(id, null, domain(`x${stranger}`)), undefined);
      assert.equal(await sample.store.read(isMemberSomewhere(domain(base))), false, "the peer's own");
      const { peers, unknown } = await sample.store.read(mediaHosts(at.uri));
      assert.deepEqual([peers, unknown], [[{ endpoint: `https://${base}`, base }], [domain(provider)]]);
      await at.apply([remote(3, null, member(`mimi://${provider}`, "leave"))]);
      assert.equal(await sourceFor(id, null, stranger), source, "it was in when the event was said");
      const late = newId();
      const said = withFile(`late ${turn}`, late);
      await at.say(said);
      await at.apply([at.back(4, said)]);
      assert.equal(await sourceFor(late, null, stranger), undefined);
      assert.equal(await sample.store.read(isMemberSomewhere(stranger)), false);
    });

    void test("an erased file is nobody's from then on, also where its room is erased", async () => {
      const at = await FollowerStage.make(sample, base);
      const [one, other] = [newId(), newId()];
      const [first, second] = [withFile(`one ${turn}`, one), withFile(`other ${turn}`, other)];
      await at.say(first, second);
      await at.apply([at.back(1, first)]);
      await at.apply([remote(2, null, erasing([first.id]))]);
      assert.equal(await sourceFor(one, at.peer), undefined);
      assert.equal(await sourceFor(other, at.peer), `https://upload.test/other ${turn}`);
      const { account, native, id: binding } = at.room;
      const room = { account, native, label: base, erase: true, at: 50_000, actor: "test" };
      await sample.store.write("unlink", room);
      await sample.store.write("endBinding", { fence: await sample.claim(outLane(binding)), binding });
      assert.equal(await sourceFor(other, at.peer), undefined, "it was a submission still");
      assert.equal(await sample.count(`media where source is not null and id in ('${one}', '${other}')`), 0);
    });

    void test("a file that a guest leaves is kept once an event of its own names it", async () => {
      const at = await OwnerStage.make(sample, base);
      await at.admit({ kind: "all" });
      const [id, unnamed] = [newId(), newId()];
      const file = {
        id,
        group: at.room.group,
        peer: at.peer,
        digest: "d",
        type: "image/png",
        size: 7,
        at: 10,
      };
      assert.equal(await sample.store.write("keepMedia", file), "new");
      assert.equal(await sample.store.write("keepMedia", file), "same");
      assert.equal(await sample.store.write("keepMedia", { ...file, digest: "e" }), "conflict");
      const { id: other } = await addPeer(sample, `other.${base}`);
      assert.equal(await sample.store.write("keepMedia", { ...file, peer: other }), "conflict");
      await sample.store.write("keepMedia", { ...file, id: unnamed, size: 5 });
      assert.equal(await sample.store.read(unnamedOctets(at.peer)), 12);
      assert.equal(await sourceFor(id, at.peer), undefined, "no event names it");
      const content = Buffer.from(`\u0001\u0002https://a.test/media/${id}\u0003`);
      assert.deepEqual(await at.codes([submitted(person(at.host, "bob"), { content })]), [null]);
      assert.equal(await sourceFor(id, at.peer), null, "it is kept here");
      assert.equal(await sample.store.read(unnamedOctets(at.peer)), 5);
      assert.deepEqual(await sample.store.write("dropUnnamedMedia", 10), []);
      assert.deepEqual(await sample.store.write("dropUnnamedMedia", 11), [unnamed]);
      assert.deepEqual(await sample.store.read(notKept([id, unnamed])), [unnamed]);
    });
  });
}
