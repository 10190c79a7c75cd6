/** The redeemer's side of a code: find the gateway that gave it, ask it, write down what came of it. */
import { createPublicKey } from "node:crypto";
import { z } from "zod";
import { authorityOf, type GroupUri, parseGroupUri, type ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { ConnectionId, GroupId, PeerId, Seq } from "../../ids.ts";
import type { Store } from "../../store/store.ts";
import { type CodeText, parseCode } from "../wire/code-text.ts";
import type { Exchanger } from "./exchange.ts";
import { FederationError } from "../wire/federation-error.ts";
import { ANSWER_WITHIN, type PeerClient, type PeerEndpoint } from "./peer-client.ts";
import { peerFactsOf } from "./peer-facts-of.ts";
import { publicKeyText } from "../wire/public-key.ts";
import type { RecentWellKnowns } from "./recent-well-knowns.ts";
import { parseConnectionId } from "../routes/connections.ts";
import type { RequestSigner } from "../wire/signature.ts";
import { hostCounts, liesUnder, type WellKnown } from "./well-known.ts";

export interface RedeemCodeOptions {
  readonly store: Store;
  /** This gateway's own base domain and public endpoint. */
  readonly base: ProviderDomain;
  readonly endpoint: string;
  readonly client: PeerClient;
  /** The one with which the client signs. */
  readonly signer: () => RequestSigner;
  readonly exchanger: Exchanger;
  readonly wellKnowns: RecentWellKnowns;
  /** Where the operator has said that a gateway is. */
  readonly placeOf: (base: ProviderDomain) => PeerEndpoint | undefined;
  readonly now: () => Milliseconds;
}

/** What a code has brought. */
export interface RedeemedCode {
  readonly peer: PeerId;
  readonly base: ProviderDomain;
  readonly connection: ConnectionId;
  readonly scope: "gateway" | "group";
  /** The group that is followed from now on. */
  readonly group: GroupUri | null;
  readonly groupId: GroupId | null;
}

const answer = z.object({
  connection: z.string().transform((text, issues) => {
    const id = parseConnectionId(text);
    if (id !== null) return id;
    issues.addIssue("is no id");
    return z.NEVER;
  }),
  scope: z.enum(["group", "gateway"]),
  state: z.enum(["active", "waiting"]),
  expires: z.int().nonnegative().optional(),
  group: z.string().optional(),
  role: z.int().nonnegative().optional(),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9._~-]{1,128}$/)
    .optional(),
  seq: z.int().nonnegative().optional(),
  rev: z.int().nonnegative().optional(),
});
type Answer = z.output<typeof answer>;

/**
 * Redeems a code for a provider of this gateway; doing it again changes nothing. Throws usage where the text is no code;
 * redeem_refused where the gateway found is not the one of the code, or refuses; redeem_waiting where somebody there has to
 * confirm it first; FederationError; domain_taken.
 */
export async function redeemCode(
  options: RedeemCodeOptions,
  text: string,
  as: ProviderDomain,
  actor: string,
): Promise<RedeemedCode> {
  const { store, wellKnowns, now } = options;
  const code = parseCode(text);
  if (code === null) throw new GatewayError("usage", "that is no code; one looks like mtp1:BASE:KEY:SECRET");
  if (liesUnder(code.base, options.base)) throw refused("the code is one of this gateway's own");
  const said = await wellKnowns.get(code.base);
  // The secret goes to nobody who does not have the key that the code names (M100).
  if (!said.keys.some(({ kid, expires }) => kid === code.kid && (expires === null || expires > now())))
    throw refused(`the gateway at ${code.base} does not have the key that the code names`);
  const given = await ask(options, code, said, as);
  if (given.state === "waiting")
    throw new GatewayError(
      "redeem_waiting",
      `somebody at ${code.base} has to confirm ${as} first; redeem the code again after that`,
    );
  const joined = given.scope === "group" ? await groupOf(options, said, given) : null;
  const kept = await store.write("keepRedeemed", {
    base: code.base,
    facts: peerFactsOf(said, joined === null ? [] : [joined.owner]),
    named: said.hosts,
    redeemer: as,
    connection: given.connection,
    expires: given.expires ?? null,
    group: joined,
    at: now(),
    actor,
  });
  return {
    peer: kept.peer,
    base: code.base,
    connection: given.connection,
    scope: given.scope,
    group: joined?.uri ?? null,
    groupId: kept.group,
  };
}

const refused = (why: string): GatewayError => new GatewayError("redeem_refused", why);

async function ask(
  { client, signer, base, endpoint, placeOf }: RedeemCodeOptions,
  code: CodeText,
  said: WellKnown,
  as: ProviderDomain,
): Promise<Answer> {
  const key = publicKeyText(createPublicKey(signer().key));
  try {
    return await client.request({
      endpoint: { url: said.endpoint, trusted: placeOf(code.base)?.trusted ?? false },
      method: "POST",
      path: "/redeem",
      body: { code: code.secret, base, endpoint, public: key },
      as,
      timeoutMs: ANSWER_WITHIN,
      answer,
    });
  } catch (thrown) {
    if (!(thrown instanceof FederationError) || thrown.problem !== "not_found") throw thrown;
    throw new GatewayError(
      "redeem_refused",
      `${code.base} refuses: the code is wrong, used up, expired or revoked, or https://${base}/.well-known/mtp ` +
        "cannot be read from there",
      { cause: thrown },
    );
  }
}

/** Where the group is followed from. A gateway gives out no groups but those of its own providers (M68). */
async function groupOf({ exchanger, base }: RedeemCodeOptions, said: WellKnown, given: Answer) {
  const { group, role, cursor, seq, rev } = given;
  const uri = parseGroupUri(group ?? "");
  if (uri === null || role === undefined || cursor === undefined || seq === undefined)
    throw invalid(`${said.base} answers without the group and the place where reading begins`);
  const owner = authorityOf(uri);
  if (liesUnder(owner, base) || !(await hostCounts(owner, said, exchanger)))
    throw invalid(`${said.base} answers with the group ${uri}, of which it is not the owner`);
  return { uri, owner, role, cursor, after: seq as Seq | 0, rev: rev ?? 0 };
}

const invalid = (detail: string): FederationError =>
  new FederationError("peer_answer_invalid", detail, { status: 200, certainty: "unknown" });
