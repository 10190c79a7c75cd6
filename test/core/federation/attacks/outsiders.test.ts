import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { limits } from "../../../../core/limits.ts";
import { storedIn } from "../../../fuzz/mtp/stored.ts";
import { temporaryFolder } from "../../../support/servers.ts";
import { type AskedOf, keyOf, pathOf, publicOf } from "./door.ts";
import { House, SECRET } from "./house.ts";

const folder = temporaryFolder("outsiders");

const json = (path: string, body: unknown): AskedOf => ({ path, body: JSON.stringify(body) });

/** One request of every resource, for a group that there is, and the same for one that there is not. */
function everything(group: string, id: string): readonly AskedOf[] {
  const uri = group.replace("/groups/", "mimi://").replace(/\/(?=[^/]*$)/, "/r/");
  return [
    { path: `${group}/events` },
    { path: group },
    { path: `${group}/members` },
    json("/sync", { subscriptions: [{ group: uri }] }),
    json("/submissions", { groups: [{ group: uri }] }),
    json(`${group}/events`, { events: [] }),
    { method: "PUT", path: `${group}/media/x5uXyqD0P3nJ8W0l5m6c3A`, body: "octets", type: "image/png" },
    { path: "/media/x5uXyqD0P3nJ8W0l5m6c3A" },
    { method: "HEAD", path: "/media/x5uXyqD0P3nJ8W0l5m6c3A" },
    { path: "/connections" },
    { method: "DELETE", path: `/connections/${id}` },
    json("/invitations", {
      group: uri,
      user: "mimi://fake.mimi.test/u/anna",
      inviter: "mimi://a.example/u/eve",
    }),
    json(`${group}/knocks`, { user: "mimi://stranger.example/u/eve" }),
    json("/hint", { reason: "back" }),
  ];
}

void describe("attacks", () => {
  void it("stranger at every resource: the same octets whatever there is, and nothing stored", async (t) => {
    const house = await House.start(t, folder, { limits: { strangerBurst: 1_000 } });
    await house.connect(house.rival, "c-rival");
    const before = await storedIn(house.sample.config);
    const { guest, waiting, blocked, stranger } = house;
    const forger = { as: guest.as, signer: stranger.signer };
    const callers = [
      [null, "unsigned"],
      [stranger, "key_unknown"],
      [forger, "key_unknown"],
      [waiting, "unknown_peer"],
      [blocked, "blocked"],
    ] as const;
    const there = everything(pathOf(house.tea), "c-rival");
    const nowhere = everything("/groups/fake.mimi.test/nothing", "c-none");
    for (const [by, code] of callers)
      for (const [at, asked] of there.entries()) {
        const other = nowhere[at];
        assert.ok(other);
        const said = await house.ask(by, asked);
        const same = await house.ask(by, other);
        const own = by === waiting && /connections|media/.test(asked.path);
        if (!own && asked.method !== "HEAD") assert.equal(said.code, code, `${code} at ${asked.path}`);
        assert.ok(own || said.status >= 401);
        assert.deepEqual([said.status, said.text], [same.status, same.text]);
      }
    assert.deepEqual(await house.changedSince(before), []);
  });

  void it("unknown peer: whether the domain or only the key is unknown can't be told", async (t) => {
    const house = await House.start(t, folder);
    const { guest, stranger } = house;
    const asked = { path: "/connections" };
    const unknown = await house.ask(stranger, asked);
    const known = await house.ask({ as: guest.as, signer: stranger.signer }, asked);
    assert.deepEqual([unknown.status, unknown.text], [known.status, known.text]);
  });

  void it("unknown peer that asks without end: told to wait, while those who are known are served", async (t) => {
    const house = await House.start(t, folder, { limits: { peerBurst: 10 } });
    const asked = { path: "/connections" };
    const ask = async (by: typeof house.stranger) => (await house.ask(by, asked)).code;
    for (let n = 0; n < 10; n++) assert.equal(await ask(house.stranger), "key_unknown");
    assert.equal(await ask(house.stranger), "rate_limited");
    assert.equal(await ask({ ...house.stranger, as: house.guest.as }), "rate_limited");
    assert.equal((await house.ask(house.guest, asked)).status, 200);
  });

  void it("stranger who announces a large body: refused by the head alone", async (t) => {
    const house = await House.start(t, folder);
    const { port } = house;
    for (const path of ["/sync", `${pathOf(house.tea)}/media/x5uXyqD0P3nJ8W0l5m6c3A`]) {
      const head = `${path.includes("media") ? "PUT" : "POST"} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n`;
      const started = performance.now();
      const answer = house.talkUntil(
        `${head}content-type: application/json\r\ncontent-length: 900000\r\n\r\n{`,
        "unsigned",
      );
      assert.match(await answer, /^HTTP\/1\.1 401 /);
      assert.ok(performance.now() - started < limits.peerHeadMs / 2);
    }
  });

  void it("key of another peer, and mtp-as of somebody else: nobody acts for others", async (t) => {
    const house = await House.start(t, folder);
    const { guest, rival } = house;
    const path = `${pathOf(house.tea)}/events`;
    const by = async (as: string, signer = rival.signer) =>
      (await house.ask({ as: as as typeof rival.as, signer }, { path })).code;
    assert.equal(await by("guest.example"), "key_unknown");
    assert.equal(await by("guest.example", { ...rival.signer, kid: guest.signer.kid }), "bad_signature");
    for (const as of ["mimi.test", "fake.mimi.test", "sub.guest.example", "example", "rival.example.org"])
      assert.equal(await by(as), "key_unknown", as);
    assert.equal(await by("RIVAL.example"), "bad_signature");
    const { text } = await house.ask(rival, { path, headers: { "mtp-as": "guest.example" } });
    assert.match(text, /"(?:key_unknown|bad_signature)"/);
    const twice = await house.send(
      "GET",
      path,
      { ...house.headersOf(rival, { path }), "mtp-as": "guest.example, rival.example" },
      "",
    );
    assert.equal(twice.code, "bad_signature");
  });

  void it("another peer's connection id at DELETE: it is nothing, and stays", async (t) => {
    const house = await House.start(t, folder);
    await house.connect(house.rival, "c-rival");
    const end = (by: typeof house.rival, id: string) =>
      house.ask(by, { method: "DELETE", path: `/connections/${id}` });
    const theirs = await end(house.guest, "c-rival");
    const none = await end(house.guest, "c-none");
    assert.deepEqual([theirs.status, theirs.text], [404, none.text]);
    const [row] = await house.sample.sql("select state from connection where id = 'c-rival'");
    assert.equal(row?.["state"], "active");
    assert.equal((await end(house.rival, "c-rival")).status, 204);
  });

  void it("code guessing: a known peer has no more tries than a stranger, and a good code is not told from a bad one", async (t) => {
    const house = await House.start(t, folder);
    const guess = (by: typeof house.rival, code: string) =>
      house.ask(by, {
        path: "/redeem",
        body: JSON.stringify({
          code,
          base: by.as,
          endpoint: `https://${by.as}`,
          public: publicOf(by.signer),
        }),
      });
    const bad = await guess(house.rival, "AAAAAAAAAAAAAAAAAAAAAA");
    const good = await guess(house.stranger, SECRET);
    assert.deepEqual([good.status, good.text], [404, bad.text], "its well-known can't be read");
    const codes: unknown[] = [];
    for (let tries = 2; tries <= limits.strangerBurst; tries++)
      codes.push(
        (await guess(tries % 2 === 0 ? house.rival : house.guest, randomBytes(16).toString("base64url")))
          .code,
      );
    assert.equal(codes.at(-1), "rate_limited");
    assert.deepEqual(new Set(codes.slice(0, -1)), new Set(["not_found"]));
    const [row] = await house.sample.sql("select uses_left from code");
    assert.equal(row?.["uses_left"], 1_000);
  });

  void it("two peers that claim one host, and one that claims ours: who came first keeps it", async (t) => {
    const house = await House.start(t, folder);
    const { guest, rival } = house;
    const { refused } = await house.sample.store.write("updatePeer", {
      peer: await house.peer(rival),
      facts: {
        endpoint: house.endpoint,
        features: [],
        hosts: [rival.as, guest.as, house.own],
        keys: [keyOf(rival)],
      },
      at: house.clock.now,
    });
    assert.deepEqual(refused.toSorted(), [house.own, guest.as].toSorted());
    house.clock.now += 2_000;
    for (const as of [guest.as, house.own])
      assert.equal(
        (await house.ask({ as, signer: rival.signer }, { path: "/connections" })).code,
        "key_unknown",
      );
    assert.equal((await house.ask(guest, { path: "/connections" })).status, 200);
  });
});
