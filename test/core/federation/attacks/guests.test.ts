import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { makeCursor, makeMembersCursor } from "../../../../core/federation/cursor.ts";
import { signProof } from "../../../../core/federation/proof.ts";
import { userUri } from "../../../../mappings/ids.ts";
import type { MediaId } from "../../../../core/ids.ts";
import { changes, storedIn } from "../../../fuzz/mtp/stored.ts";
import { temporaryFolder } from "../../../support/servers.ts";
import { sayIn } from "../media-files.ts";
import { saidMessage } from "../said-message.ts";
import { domain } from "../two-gateways.ts";
import { House, OLD, type Party, pathOf, SAID } from "./house.ts";

const folder = temporaryFolder("guests");

interface Said {
  readonly events: readonly { readonly seq: number; readonly content: string }[];
  readonly cursor: string;
}

/** Whether an answer has a text in any content, however it is wrapped. */
const tells = (answer: string, words: string): boolean =>
  [...answer.matchAll(/"content":"([\w-]+)"/g)].some(([, content = ""]) =>
    Buffer.from(content, "base64url").includes(words),
  );

/** A submission that is right in all but what the test makes wrong. */
function submission(house: House, by: Party, sender: string, group = house.tea.groupUri) {
  const [, , host = "", , name = ""] = sender.split("/");
  const { id, content } = saidMessage(domain(host), group, "words", name);
  return {
    id,
    kind: "message",
    sender,
    origin_at: house.clock.now,
    content: Buffer.from(content).toString("base64url"),
    proof: Buffer.from(signProof(id, domain(host), by.signer)).toString("base64url"),
  };
}

async function verdicts(house: House, by: Party, events: readonly unknown[]): Promise<readonly unknown[]> {
  const { status, text } = await house.ask(by, {
    path: `${pathOf(house.tea)}/events`,
    body: JSON.stringify({ events }),
  });
  assert.equal(status, 200, text);
  return (JSON.parse(text) as { verdicts: { code: string }[] }).verdicts.map(({ code }) => code);
}

void describe("attacks", () => {
  void it("new guest reading old history: by no resource, with no cursor, and no file that only old events name", async (t) => {
    const house = await House.start(t, folder);
    const { guest, tea } = house;
    const old = randomBytes(16).toString("base64url") as MediaId;
    const account = house.sample.account.id;
    const file = { id: old, account, source: "http://127.0.0.1:1/old", type: "image/png", size: null };
    await sayIn(house.sample, house.milk, {
      ...saidMessage(house.own, house.milk.groupUri, "a file", "anna"),
      media: [file],
    });
    await house.admit(guest, house.milk, { kind: "none" });
    const uris = [tea.groupUri, house.milk.groupUri];
    const rev = 1;
    const answers = [];
    for (const room of [tea, house.milk]) {
      const uri = room.groupUri;
      answers.push(await house.ask(guest, { path: `${pathOf(room)}/events` }));
      for (const seq of [0, 1, 2])
        answers.push(
          await house.ask(guest, { path: `${pathOf(room)}/events?after=${makeCursor({ uri, rev, seq })}` }),
        );
      answers.push(await house.ask(guest, { path: pathOf(room) }));
      answers.push(await house.ask(guest, { path: `${pathOf(room)}/members` }));
    }
    for (const seq of [undefined, 0, 1, 2]) {
      const subscriptions = uris.map((group) => ({
        group,
        ...(seq === undefined ? {} : { after: makeCursor({ uri: group, rev, seq }) }),
      }));
      answers.push(await house.ask(guest, { path: "/sync", body: JSON.stringify({ subscriptions }) }));
    }
    assert.ok(
      answers.some(({ text }) => tells(text, SAID)),
      "what came after him he reads",
    );
    for (const { text } of answers) assert.ok(!tells(text, OLD) && !text.includes('"seq":1,'), text);
    const nothing = await house.ask(guest, { path: "/media/AAAAAAAAAAAAAAAAAAAAAA" });
    const hidden = await house.ask(guest, { path: `/media/${old}` });
    assert.deepEqual([hidden.status, hidden.text], [404, nothing.text]);
    const theirs = await house.ask(house.rival, { path: `/media/${old}` });
    assert.equal(theirs.status, 503, "who was there is told that the platform can't give it");
  });

  void it("guest that left: nothing that came after, no snapshot, no file, and its words are taken no more", async (t) => {
    const house = await House.start(t, folder);
    const { guest, tea } = house;
    const peer = await house.peer(guest);
    await house.sample.store.write("removeGuest", { group: tea.group, peer });
    const id = randomBytes(16).toString("base64url") as MediaId;
    const account = house.sample.account.id;
    const file = { id, account, source: "http://127.0.0.1:1/new", type: "image/png", size: null };
    await sayIn(house.sample, tea, {
      ...saidMessage(house.own, tea.groupUri, "secret", "anna"),
      media: [file],
    });
    const events = await house.ask(guest, { path: `${pathOf(tea)}/events` });
    assert.equal(events.status, 200);
    assert.ok(tells(events.text, SAID) && !tells(events.text, "secret"));
    const { cursor } = JSON.parse(events.text) as Said;
    const later = await house.ask(guest, { path: `${pathOf(tea)}/events?after=${cursor}&wait=1` });
    assert.ok(later.status === 404 || (JSON.parse(later.text) as Said).events.length === 0);
    for (const path of [pathOf(tea), `${pathOf(tea)}/members`, `/media/${id}`])
      assert.equal((await house.ask(guest, { path })).code, "not_found", path);
    const body = JSON.stringify({ events: [submission(house, guest, "mimi://guest.example/u/bob")] });
    assert.equal((await house.ask(guest, { path: `${pathOf(tea)}/events`, body })).code, "not_found");
  });

  void it("cursor of another group: cursor_foreign at every resource that takes one", async (t) => {
    const house = await House.start(t, folder);
    const { guest, tea, milk } = house;
    const foreign = makeCursor({ uri: milk.groupUri, rev: 1, seq: 2 });
    const members = makeMembersCursor(milk.groupUri, 1, 0);
    const code = async (path: string) => (await house.ask(guest, { path })).code;
    assert.equal(await code(`${pathOf(tea)}/events?after=${foreign}`), "cursor_foreign");
    assert.equal(await code(`${pathOf(tea)}/members?after=${members}`), "cursor_foreign");
    assert.equal(await code(`${pathOf(tea)}/members?after=${foreign}`), "cursor_malformed");
    for (const asked of [{ after: foreign }, { state: foreign }]) {
      const body = JSON.stringify({ subscriptions: [{ group: tea.groupUri, ...asked }] });
      const { text } = await house.ask(guest, { path: "/sync", body });
      const [problem] = (JSON.parse(text) as { problems: { code: string }[] }).problems;
      assert.match(problem?.code ?? "", /^cursor_(?:foreign|malformed)$/);
    }
  });

  void it("sender of another domain, an id that is not the event's, proofs of others: each has its verdict, nothing is stored", async (t) => {
    const house = await House.start(t, folder);
    const { guest, rival, tea } = house;
    const good = submission(house, guest, "mimi://guest.example/u/bob");
    const senders = [
      "mimi://rival.example/u/eve",
      "mimi://fake.mimi.test/u/anna",
      "mimi://sub.guest.example/u/bob",
      "mimi://guest.example.org/u/bob",
    ];
    const forged = senders.map((sender) => submission(house, guest, sender));
    const before = await storedIn(house.sample.config);
    assert.deepEqual(
      await verdicts(house, guest, forged),
      senders.map(() => "sender_foreign"),
    );
    const { proof: _, ...bare } = good;
    const others = signProof(good.id, guest.as, { ...rival.signer, kid: guest.signer.kid });
    const wrong = [
      [bare, "sender_foreign"],
      [{ ...good, proof: Buffer.from(others).toString("base64url") }, "sender_foreign"],
      [{ ...good, proof: submission(house, guest, good.sender).proof }, "sender_foreign"],
      [{ ...good, id: submission(house, guest, good.sender).id }, "id_mismatch"],
      [{ ...good, kind: "opaque" }, "id_mismatch"],
      [{ ...good, sender: "mimi://guest.example/u/ben" }, "id_mismatch"],
      [submission(house, guest, good.sender, house.milk.groupUri), "id_mismatch"],
      [{ ...good, via: ["guest.example"] }, "loop"],
      [{ ...good, via: ["mimi.test"] }, "loop"],
    ] as const;
    assert.deepEqual(
      await verdicts(
        house,
        guest,
        wrong.map(([event]) => event),
      ),
      wrong.map(([, code]) => code),
    );
    assert.deepEqual([...changes(before, await storedIn(house.sample.config)).keys()], []);
    assert.deepEqual(await verdicts(house, guest, [good]), ["accepted"]);
    assert.equal(await house.sample.count(`event where id = '${good.id}' and grp = ${tea.group}`), 1);
  });

  void it("replay: a request that comes again has no other effect, elsewhere or later none at all", async (t) => {
    const house = await House.start(t, folder);
    const { guest, tea } = house;
    const path = `${pathOf(tea)}/events`;
    const body = JSON.stringify({ events: [submission(house, guest, "mimi://guest.example/u/bob")] });
    const headers = house.headersOf(guest, { path, body });
    const first = await house.send("POST", path, headers, body);
    assert.equal(first.status, 200);
    const before = await storedIn(house.sample.config);
    const again = await Promise.all(Array.from({ length: 5 }, () => house.send("POST", path, headers, body)));
    for (const { status, text } of again) assert.deepEqual([status, text], [200, first.text]);
    const elsewhere = [
      house.send("POST", `${pathOf(house.milk)}/events`, headers, body),
      house.send("PUT", path, headers, body),
      house.send("POST", `${path}?a=b`, headers, body),
      house.send("POST", path, headers, body.replace('"bob"', '"ben"').replace("words", "other")),
      house.send("POST", path, headers, `${body} `),
    ];
    for (const { status } of await Promise.all(elsewhere))
      assert.ok([401, 404].includes(status), String(status));
    house.clock.now += 301_000;
    assert.equal((await house.send("POST", path, headers, body)).code, "clock_skew");
    assert.deepEqual([...changes(before, await storedIn(house.sample.config)).keys()], []);
  });

  void it("oversized event: content_invalid, one more than 100 of them malformed, and neither is stored", async (t) => {
    const house = await House.start(t, folder);
    const { guest, tea } = house;
    const { id, content } = saidMessage(guest.as, tea.groupUri, "x".repeat(262_144), "bob");
    const large = {
      ...submission(house, guest, "mimi://guest.example/u/bob"),
      id,
      content: Buffer.from(content).toString("base64url"),
      proof: Buffer.from(signProof(id, guest.as, guest.signer)).toString("base64url"),
    };
    const before = await storedIn(house.sample.config);
    assert.deepEqual(await verdicts(house, guest, [large]), ["content_invalid"]);
    const one = submission(house, guest, "mimi://guest.example/u/bob");
    const body = JSON.stringify({ events: Array.from({ length: 101 }, () => one) });
    assert.equal((await house.ask(guest, { path: `${pathOf(tea)}/events`, body })).code, "malformed");
    assert.deepEqual([...changes(before, await storedIn(house.sample.config)).keys()], []);
  });

  void it("guest that submits for groups it is not in: not found, as where there is none", async (t) => {
    const house = await House.start(t, folder);
    const { guest, milk } = house;
    const event = submission(house, guest, userUri(guest.as, "bob"), milk.groupUri);
    const body = JSON.stringify({ events: [event] });
    const before = await storedIn(house.sample.config);
    const there = await house.ask(guest, { path: `${pathOf(milk)}/events`, body });
    const nowhere = await house.ask(guest, { path: "/groups/fake.mimi.test/nothing/events", body });
    assert.deepEqual([there.status, there.text], [404, nowhere.text]);
    const file = { method: "PUT", body: "octets", type: "image/png" };
    const id = "x5uXyqD0P3nJ8W0l5m6c3A";
    assert.equal(
      (await house.ask(guest, { ...file, path: `${pathOf(milk)}/media/${id}` })).code,
      "not_found",
    );
    assert.deepEqual([...changes(before, await storedIn(house.sample.config)).keys()], []);
  });

  void it("verdicts for events that are not the asker's: the submission still waits for its own owner", async (t) => {
    const house = await House.start(t, folder);
    const { guest, rival, cake } = house;
    const [pending] = await house.sample.sql("select id from submission");
    const verdict = { id: pending?.["id"], code: "no_right" };
    const ask = (by: Party, group: string) =>
      house.ask(by, {
        path: "/submissions",
        body: JSON.stringify({ groups: [{ group, verdicts: [verdict] }] }),
      });
    const before = await storedIn(house.sample.config);
    const refused = await ask(rival, cake.groupUri);
    assert.deepEqual(JSON.parse(refused.text), {
      groups: [],
      problems: [{ group: cake.groupUri, code: "not_found" }],
    });
    await ask(rival, house.milk.groupUri);
    await ask(guest, house.tea.groupUri);
    assert.deepEqual([...changes(before, await storedIn(house.sample.config)).keys()], []);
    const { text } = await ask(guest, cake.groupUri);
    assert.ok(!text.includes('"problems":[{'), "its own owner may");
  });
});
