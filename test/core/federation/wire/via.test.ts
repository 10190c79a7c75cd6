/** What is handed on from gateway to gateway comes to none of them twice, however they stand to each other. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { submittedEvent } from "../../../../core/federation/wire/read-carried.ts";
import { MOST_VIA, readLogEvent } from "../../../../core/federation/wire/wire-event.ts";
import type { Seq } from "../../../../core/ids.ts";
import { groupUri, type ProviderDomain } from "../../../../mappings/ids.ts";
import { saidMessage } from "../said-message.ts";
import { domain } from "../two-gateways.ts";

/** What a gateway that owns a group says to an event that a peer hands on, with the gateways that it has passed before. */
function handOn(owner: ProviderDomain, peer: ProviderDomain, via: readonly ProviderDomain[]) {
  const group = groupUri(domain(`chat.${owner}`), "tea");
  const { id, content, sender } = saidMessage(domain(`chat.${peer}`), group, "hello", "bob");
  assert.ok(sender);
  const event = { id, kind: "message", sender: sender.uri, origin_at: 1, content, via: [...via] };
  const taken = submittedEvent(event, { group, bases: [owner, peer], vouched: true, names: new Map() });
  return { refused: taken.refused, via: taken.via.map(domain) };
}

/** The same event in the owner's log, as its guests read it. */
function isRead(peer: ProviderDomain, via: readonly ProviderDomain[]): boolean {
  const group = groupUri(domain("chat.a.example"), "tea");
  const { id, content, sender } = saidMessage(domain(`chat.${peer}`), group, "hello", "bob");
  const text = Buffer.from(content).toString("base64url");
  const event = {
    id,
    kind: "message",
    sender: sender?.uri,
    content: text,
    seq: 1 as Seq,
    at: 1,
    origin_at: 1,
  };
  return readLogEvent({ ...event, via }).success;
}

const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => domain(`${name}.example`)) as [
  ProviderDomain,
  ProviderDomain,
  ProviderDomain,
  ProviderDomain,
];

void describe("three gateways in a ring", () => {
  void it("hand on what they were given, until it would come back", () => {
    // Said at A, in a group of B's that C reads; C says it in a group of A's.
    const atB = handOn(b, a, []);
    assert.deepEqual([atB.refused, atB.via], [null, [a, b]]);
    const atC = handOn(c, d, atB.via);
    assert.deepEqual([atC.refused, atC.via], [null, [a, b, d, c]], "another one has not seen it");
    assert.equal(handOn(a, c, atB.via).refused?.code, "loop", "it has passed the owner");
    assert.equal(handOn(d, b, atB.via).refused?.code, "loop", "it has passed the guest");
  });

  void it("and any other number of them never take anything twice, and soon not at all", () => {
    const domains = Array.from({ length: 12 }, (_, n) => domain(`gw-${n}.example`));
    const hop = fc.tuple(fc.nat(domains.length - 1), fc.nat(domains.length - 1));
    fc.assert(
      fc.property(fc.array(hop, { maxLength: 40 }), (hops) => {
        let via: readonly ProviderDomain[] = [];
        let taken = 0;
        for (const [from, to] of hops) {
          const [peer = a, owner = b] = [domains[from], domains[to]];
          if (peer === owner) continue;
          const { refused, via: then } = handOn(owner, peer, via);
          if (refused !== null) assert.equal(refused.code, "loop");
          else {
            via = then;
            taken += 1;
          }
          assert.equal(new Set(via).size, via.length, "nobody stands in it twice");
        }
        assert.ok(taken <= MOST_VIA / 2);
      }),
    );
  });

  void it("give no guest more of its way than it takes", () => {
    const domains = Array.from({ length: MOST_VIA }, (_, n) => domain(`gw-${n}.example`));
    for (let length = 0; length <= MOST_VIA; length++) {
      const { refused, via } = handOn(a, b, domains.slice(0, length));
      if (refused === null) assert.ok(isRead(b, via), `${length} before`);
      else assert.equal(refused.code, "loop");
      assert.equal(refused === null, length <= MOST_VIA - 2, `${length} before`);
    }
    assert.equal(isRead(b, [...domains, a]), false, "as it would be otherwise");
  });
});
