/** Whose keys proofs are checked by, and what is said where those can't be read, or not yet (docs/mtp.md, M37 to M40). */
import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { test, type TestContext } from "node:test";
import { type Claim, ProofCheck } from "../../../../core/federation/peers/proof-check.ts";
import { signProof } from "../../../../core/federation/wire/proof.ts";
import { RecentWellKnowns } from "../../../../core/federation/peers/recent-well-knowns.ts";
import type { RequestSigner } from "../../../../core/federation/wire/signature.ts";
import type { PeerId } from "../../../../core/ids.ts";
import { temporaryFolder } from "../../../support/servers.ts";
import { eventId } from "../../store/sample.ts";
import { CodeStage, wellKnownOf } from "../code-stage.ts";
import { domain, newSigner } from "../two-gateways.ts";

const folder = temporaryFolder("proof-check");
const third = domain("third.test");
const OWNER = 77 as PeerId;

/** A gateway that is no peer, with one key listed, and what makes checks. */
async function stage(t: TestContext) {
  const at = await CodeStage.start(t, folder);
  const listed = newSigner();
  await at.publish(t, wellKnownOf(third, listed));
  const now = (): number => at.both.now;
  const wellKnowns = new RecentWellKnowns({ exchanger: at.internet, placeOf: () => undefined, now });
  const claim = (signer: RequestSigner, via = [third, domain("mimi.test")]): Claim => {
    const id = eventId();
    return { id, provider: third, via, proof: signProof(id, third, signer) };
  };
  /** Each in a page of its own. */
  const check = (one: Claim) =>
    new ProofCheck({
      store: at.sample.store,
      wellKnowns,
      exchanger: at.internet,
      base: domain("own.test"),
      hosts: () => [],
      keys: () => [{ kid: own.kid, key: createPublicKey(own.key), notBefore: 0, expires: null }],
      now,
    }).ofLog(one, OWNER);
  const own = newSigner();
  return { at, listed, claim, check, own };
}

void test("a proof is believed by the key that the last but one of its way lists, and wrong by another of that id", async (t) => {
  const { listed, claim, check } = await stage(t);
  assert.equal(await check(claim(listed)), "good");
  assert.equal(await check({ ...claim(listed), id: eventId() }), "wrong");
  assert.equal(await check({ ...claim(listed), proof: null }), "wrong");
  for (const via of [[], [domain("mimi.test")]]) assert.equal(await check(claim(listed, via)), "wayless");
});

void test("a key that is not listed is dead only once that was read anew, and waits until it may be", async (t) => {
  const { at, listed, claim, check } = await stage(t);
  const reads = () => at.internet.asked.length;
  const stolen = newSigner();
  assert.equal(await check(claim(stolen)), "dead", "read for it");
  assert.equal(await check(claim(stolen)), "dead", "read since it was looked for");
  const [another, before] = [newSigner(), reads()];
  at.both.now += 30_000;
  assert.equal(await check(claim(another)), "unknown");
  assert.equal(await check(claim(listed)), "good", "others need not wait");
  assert.equal(reads(), before, "not read twice within a minute");
  at.both.now += 31_000;
  assert.equal(await check(claim(another)), "dead");
  assert.ok(reads() > before);
});
