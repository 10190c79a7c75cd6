/** A gateway with a peer that was written from docs/mtp.md alone, in another language: both as owner and as guest. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { eventually } from "../support/harness-eventually.ts";
import { temporaryFolder } from "../support/servers.ts";
import { GATEWAY, PEER, peerAsGuest, peerAsOwner } from "./gateway-and-peer.ts";
import type { PeerProcess } from "./peer-process.ts";

const folder = temporaryFolder("peer");
const BOB = `mimi://chat.${PEER}/u/bob`;
const CAROL = `mimi://${PEER}/u/carol`;

const verdictsForm = z.object({
  reached: z.literal(true),
  verdicts: z.array(z.object({ id: z.string(), code: z.string(), detail: z.string().optional() })),
});
const logForm = z.object({
  events: z.array(z.object({ id: z.string(), sender: z.string().optional(), text: z.string().optional() })),
});

async function hears(peer: PeerProcess, group: string, text: string): Promise<void> {
  assert.deepEqual(await peer.do("wait_text", { group, text, seconds: 30 }), { reached: true }, text);
}

/** Does something and returns the code of its verdict. */
async function judged(peer: PeerProcess, group: string, command: string, values: object): Promise<string> {
  const { id } = await peer.do(command, { group, user: BOB, ...values });
  const { verdicts } = verdictsForm.parse(await peer.do("wait_verdict", { group, id, seconds: 30 }));
  return verdicts[0]?.code ?? "";
}

async function said(peer: PeerProcess, group: string, text: string) {
  const { events } = logForm.parse(await peer.do("log", { group }));
  return events.find((event) => event.text === text) ?? assert.fail(`nobody said ${text}`);
}

void test("a stranger's peer redeems a code, follows, speaks, and is told what became of it", async (t) => {
  const { peer, platform, group } = await peerAsGuest(t, folder);
  platform.say("tea", "alice", "hello");
  await hears(peer, group, "hello");
  assert.equal(await judged(peer, group, "say", { text: "hi" }), "accepted");
  await hears(peer, group, "hi");
  await platform.until("the room to have both", () => platform.texts("tea").length === 2);
  assert.deepEqual(platform.texts("tea"), ["hello", "hi"]);

  const hello = await said(peer, group, "hello");
  const hi = await said(peer, group, "hi");
  const codes: Record<string, string> = {
    reaction: await judged(peer, group, "react", { target: hello.id, emoji: "👍" }),
    edit: await judged(peer, group, "say", { text: "hi all", replaces: hi.id }),
    "deletion of another's": await judged(peer, group, "delete", { target: hello.id }),
    "in another's name": await judged(peer, group, "say", { user: hello.sender, text: "forged" }),
    topic: await judged(peer, group, "property", { name: "topic", value: "Tea" }),
    "the same topic": await judged(peer, group, "property", { name: "topic", value: "Tea" }),
    "topic as it was": await judged(peer, group, "property", { name: "topic", value: "Cake", expect: 1 }),
    "without the right": await judged(peer, group, "property", { name: "isModerated", value: "true" }),
    leaving: await judged(peer, group, "member", { who: BOB, change: "leave" }),
  };
  assert.deepEqual(codes, {
    reaction: "accepted",
    edit: "accepted",
    "deletion of another's": "not_author",
    "in another's name": "sender_foreign",
    topic: "accepted",
    "the same topic": "accepted",
    "topic as it was": "property_conflict",
    "without the right": "no_right",
    leaving: "accepted",
  });
  assert.ok(!platform.texts("tea").includes("forged"));
});

void test("a gateway refuses requests that are wrong in one thing for that thing, and takes all that are right", async (t) => {
  const { peer } = await peerAsGuest(t, folder);
  assert.deepEqual(await peer.do("probe", { base: GATEWAY }), { wrong: [] });
});

void test("a gateway gives the due verdict on submissions that were spoilt on their way", async (t) => {
  const { peer, platform, group } = await peerAsGuest(t, folder);
  const faults = {
    wrong_id: "id_mismatch",
    wrong_content: "id_mismatch",
    no_proof: "sender_foreign",
    wrong_proof: "sender_foreign",
    unknown_key: "sender_foreign",
  };
  for (const [fault, due] of Object.entries(faults)) {
    const before = verdictsForm.shape.verdicts.parse((await peer.do("status", { group }))["verdicts"]).length;
    await peer.do("misbehave", { fault, path: "/submissions", times: 1 });
    await peer.do("say", { group, user: BOB, text: fault });
    const answer = await peer.do("wait_verdicts", { group, count: before + 1, seconds: 30 });
    assert.equal(verdictsForm.parse(answer).verdicts.at(-1)?.code, due, fault);
  }
  assert.equal(await judged(peer, group, "say", { text: "the end" }), "accepted");
  await platform.until("the room to have it", () => platform.texts("tea").length > 0);
  assert.deepEqual(platform.texts("tea"), ["the end"]);
});

void test("a gateway follows a stranger's group through all its faults, and loses and doubles nothing", async (t) => {
  const { peer, platform, group } = await peerAsOwner(t, folder);
  const faults = ["status_500", "status_503", "garbage", "not_an_object", "hang_up", "cut", "redirect"];
  for (const [done, fault] of faults.entries()) {
    await peer.do("misbehave", { fault, path: "/sync", times: 1 });
    await peer.do("say", { group, user: CAROL, text: fault });
    await platform.until(`the room to have ${fault}`, () => platform.texts("cake").length > done);
  }
  platform.say("cake", "alice", "yes please");
  await hears(peer, group, "yes please");
  assert.deepEqual(platform.texts("cake"), [...faults, "yes please"]);
});

void test("a gateway stops at a log that is not as it has to be, and says why", async (t) => {
  const { gateway, peer, platform, group } = await peerAsOwner(t, folder);
  await peer.do("say", { group, user: CAROL, text: "good" });
  await platform.until("the room to have it", () => platform.texts("cake").length === 1);
  await peer.do("misbehave", { fault: "wrong_id", path: "/sync" });
  await peer.do("say", { group, user: CAROL, text: "bad" });
  await eventually("the group to be stopped", async () => {
    const { following, cause } = await gateway.operations.federation.group(group);
    return following === "stopped" && cause === "log_id";
  });
  assert.deepEqual(platform.texts("cake"), ["good"]);
});
