/** The Python peer as the gateway's tests drive it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PeerProcess } from "./peer-process.ts";

void test("a peer says where it listens, obeys commands, and says what is wrong with others", async () => {
  await using peer = await PeerProcess.start({ base: "gw-b.example", hosts: ["chat.cafe.example"] });
  const wellKnown: unknown = await (await fetch(`${peer.endpoint}/.well-known/mtp`)).json();
  assert.partialDeepStrictEqual(wellKnown, {
    base: "gw-b.example",
    endpoint: peer.endpoint,
    hosts: ["chat.cafe.example"],
    keys: [{ kid: peer.kid, public: peer.publicKey }],
  });
  const { group } = await peer.do("group", { id: "tea" });
  assert.equal(group, "mimi://gw-b.example/r/tea");
  const waiting = peer.do("wait_text", { group, text: "hello" });
  await peer.do("say", { group, user: "mimi://gw-b.example/u/bob", text: "hello" });
  assert.deepEqual(await waiting, { reached: true });
  await assert.rejects(peer.do("dance"), /gw-b\.example: dance: /);
});

void test("a peer refuses what is not signed, or not there, in the form of problems", async () => {
  await using peer = await PeerProcess.start({ base: "gw-b.example" });
  const cases = { "/groups/gw-b.example/tea": 401, "/nothing": 404, "/groups/gw-b.example/..": 404 };
  for (const [path, status] of Object.entries(cases)) {
    const answer = await fetch(peer.endpoint + path);
    assert.equal(answer.status, status, path);
    assert.equal(answer.headers.get("content-type"), "application/problem+json");
  }
});
