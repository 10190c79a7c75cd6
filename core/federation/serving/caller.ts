/** Who makes a request: verified before a route gets to see it. */
import type { FastifyRequest } from "fastify";
import type { ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { PeerId } from "../../ids.ts";
import type { KeyId } from "../wire/public-key.ts";
import type { IncomingRequest, VerificationKey } from "../wire/signature.ts";

/**
 * Whom a route is for. `peer`: known gateways with a connection, by signature. `acquaintance`: those whose connections wait or
 * have ended, too. `guest`: peers, and those that were guests of a group within the last day (docs/mtp.md, M108). `member`: acquaintances, and others that the route's `strangerKey` knows. `stranger`: the route itself looks. `anyone`: needs no look.
 */
export type CallerKind = "peer" | "acquaintance" | "guest" | "member" | "stranger" | "anyone";

declare module "fastify" {
  interface FastifyContextConfig {
    /** peer where nothing is said. */
    caller?: CallerKind;
    /** How long the body may take to come, where it is not as long as any other's. */
    bodyMs?: Milliseconds;
    /** With `member`: a key of a gateway that is no peer; null: nobody's who may ask here. */
    strangerKey?: (kid: KeyId, as: ProviderDomain) => Promise<VerificationKey | null>;
  }
}

export interface Caller {
  readonly peer: PeerId;
  /** The provider for which it acts; one of the peer's. */
  readonly as: ProviderDomain;
  readonly kid: KeyId;
}

/** The same in a route for members: `peer` is null where the gateway is none. */
export type Visitor = Omit<Caller, "peer"> & { readonly peer: PeerId | null };

export interface PeerKey extends VerificationKey {
  readonly peer: PeerId;
  readonly blocked: boolean;
  /** It has a connection that is active, or the operator has configured it. */
  readonly connected: boolean;
}

/** What is known of other gateways. */
export interface PeerDirectory {
  /**
   * The key of that id and whose it is; null: nobody's. Two peers may both name a key as theirs, so it is that of the
   * peer which speaks for `as`.
   */
  findKey(kid: KeyId, as: ProviderDomain): Promise<PeerKey | null>;
  /** Whether the provider is one of the peer's. */
  speaksFor(peer: PeerId, provider: ProviderDomain): Promise<boolean>;
  /** Whether it has left a group of ours so lately that it may still read the log up to there. */
  leftLately(peer: PeerId): Promise<boolean>;
}

/** The decorator under which the server keeps the caller. */
export const CALLER = "mtpCaller";

/** What verifyRequest looks at. */
export function headOf({ method, raw }: FastifyRequest): IncomingRequest {
  return { method, target: raw.url ?? "/", rawHeaders: raw.rawHeaders };
}

/** The peer that makes the request. Throws GatewayError internal in a route that is not for peers. */
export function callerOf(request: FastifyRequest): Caller {
  const { peer, ...caller } = visitorOf(request);
  if (peer === null) throw new GatewayError("internal", "a route for peers was given to another gateway");
  return { ...caller, peer };
}

/** The gateway that makes the request, peer or not. Throws GatewayError internal where nobody has verified it. */
export function visitorOf(request: FastifyRequest): Visitor {
  const caller = request.getDecorator<Visitor | null>(CALLER);
  if (caller === null)
    throw new GatewayError("internal", "a route asks for a caller that nobody has verified");
  return caller;
}
