import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { signProof } from "../../../../core/federation/wire/proof.ts";
import { userUri } from "../../../../mappings/ids.ts";
import { storedIn } from "../../../fuzz/mtp/stored.ts";
import { temporaryFolder } from "../../../support/servers.ts";
import { saidMessage } from "../said-message.ts";
import { domain } from "../two-gateways.ts";
import { type Party, pathOf } from "./door.ts";
import { House } from "./house.ts";

const folder = temporaryFolder("guests");

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
  void it("sender of another domain, an id that is not the event's, proofs of others: each has its verdict, nothing is stored", async (t) => {
    const house = await House.start(t, folder);
    const { guest, rival, tea } = house;
    const good = submission(house, guest, "mimi://guest.example/u/bob");
    const senders = [
      "mimi://rival.example/u/eve",
      "mimi://fake.mimi.test/u/anna",
      "mimi://notguest.example/u/bob",
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
    assert.deepEqual(await house.changedSince(before), []);
    // A host under the guest's own base domain counts without being listed (M19).
    const under = submission(house, guest, "mimi://sub.guest.example/u/bob");
    assert.deepEqual(await verdicts(house, guest, [good, under]), ["accepted", "accepted"]);
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
      house.send("POST", path, headers, body.replace("/u/bob", "/u/ben")),
      house.send("POST", path, headers, `${body} `),
    ];
    for (const { status } of await Promise.all(elsewhere))
      assert.ok([401, 404].includes(status), String(status));
    house.clock.now += 301_000;
    assert.equal((await house.send("POST", path, headers, body)).code, "clock_skew");
    assert.deepEqual(await house.changedSince(before), []);
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
    assert.deepEqual(await house.changedSince(before), []);
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
    assert.deepEqual(await house.changedSince(before), []);
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
    assert.deepEqual(await house.changedSince(before), []);
    const { text } = await ask(guest, cake.groupUri);
    assert.ok(!text.includes('"problems":[{'), "its own owner may");
  });
});
