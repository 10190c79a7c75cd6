/** Proofs of our own users' events, made when they leave for the owner (docs/mtp.md, M35). */
import type { ProviderDomain } from "../../../mappings/ids.ts";
import type { GroupId } from "../../ids.ts";
import { step } from "../../steps.ts";
import type { Store } from "../../store/store.ts";
import type { PendingSubmission } from "../../store/units/submissions.ts";
import { signProof } from "../wire/proof.ts";
import type { RequestSigner } from "../wire/signature.ts";
import { providerOf } from "../wire/wire-event.ts";

export interface OwnProofsOptions {
  readonly store: Store;
  readonly signer: () => RequestSigner;
  /** Our own base domain, which answers for what has no sender. */
  readonly base: ProviderDomain;
}

export interface Proven {
  readonly event: PendingSubmission;
  readonly proof: Uint8Array;
}

/**
 * Those that may leave now, each with its proof by a key that is valid at this moment: one that was served before is proven anew.
 * From here on the owner may have them (`markServed`), which is on disk when this resolves.
 */
export async function proofsFor(
  { store, signer, base }: OwnProofsOptions,
  group: GroupId,
  events: readonly PendingSubmission[],
): Promise<readonly Proven[]> {
  if (events.length === 0) return [];
  const key = signer();
  const proven = events.map((event) => {
    const provider = event.sender === null ? base : providerOf({ sender: event.sender });
    return { event, proof: signProof(event.id, provider, key) };
  });
  const served = proven.map(({ event: { id }, proof }) => ({ id, proof }));
  step("submit.begin");
  const sendable = new Set(await store.write("markServed", { group, served }));
  step("submit.done");
  return proven.filter(({ event }) => sendable.has(event.id));
}
