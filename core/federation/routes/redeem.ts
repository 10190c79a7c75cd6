/** `POST redeem`: the one door for strangers (docs/mtp.md, Redeem). */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { parseProviderDomain, type ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { type ErrorCode, GatewayError } from "../../errors.ts";
import type { ConnectionId } from "../../ids.ts";
import { limits } from "../../limits.ts";
import type { Logger } from "../../log.ts";
import type { Store } from "../../store/store.ts";
import type { HistoryPolicy } from "../../store/units/guests.ts";
import type { ConnectionChange } from "../../store/units/connections.ts";
import { lookAtCode, type Redeemed } from "../../store/units/redeem.ts";
import { headOf } from "../serving/caller.ts";
import { hashSecret, isSecret } from "../wire/code-text.ts";
import { parseEndpoint } from "../wire/endpoint.ts";
import type { Exchanger } from "../peers/exchange.ts";
import { peerFactsOf } from "../peers/peer-facts-of.ts";
import { ProblemError, readAs } from "../wire/problem.ts";
import { type KeyId, keyIdOf, parsePublicKey } from "../wire/public-key.ts";
import type { Routes } from "../serving/public-server.ts";
import type { RecentWellKnowns } from "../peers/recent-well-knowns.ts";
import { verifyRequest } from "../wire/signature.ts";
import { hostCounts, liesUnder } from "../peers/well-known.ts";
import { type CursorOf, placeOf } from "./connections.ts";

export interface RedeemRouteOptions {
  readonly store: Store;
  /** Our own base domain: nothing at or under it counts for a peer. */
  readonly base: ProviderDomain;
  /** Our own public endpoint. */
  readonly endpoint: string;
  readonly wellKnowns: RecentWellKnowns;
  readonly exchanger: Exchanger;
  readonly cursorOf: CursorOf;
  /** How much of a group's past those see who join it by a code. */
  readonly history: HistoryPolicy;
  /** Every redeemer waits until somebody here has confirmed it, whatever its code says. */
  readonly confirm: boolean;
  readonly now: () => Milliseconds;
  readonly log: Logger;
  /** Told after the commit. */
  readonly changed: (change: ConnectionChange) => void;
}

/** The role that a redeemer's users have at first (docs/mtp.md, Roles and capabilities). */
const FIRST_ROLE = 2;
const CONNECTION_OCTETS = 12;
/** Refusals that tell nobody but the operator why. */
const UNIFORM: readonly ErrorCode[] = [
  "redeem_refused",
  "domain_taken",
  "group_unknown",
  "peer_unreachable",
  "peer_refused",
  "peer_answer_invalid",
];

const form = z.object({
  code: z.string().refine(isSecret, { error: "is no secret" }),
  base: z.string().transform((text, issues) => {
    const domain = parseProviderDomain(text);
    if (domain !== null) return domain;
    issues.addIssue("is no domain");
    return z.NEVER;
  }),
  endpoint: z.string().refine((text) => parseEndpoint(text, true) === text, { error: "is no endpoint" }),
  public: z.string().transform((text, issues) => {
    const key = parsePublicKey(text);
    if (key !== null) return { key, kid: keyIdOf(key) };
    issues.addIssue("is no key");
    return z.NEVER;
  }),
});
type Asked = z.output<typeof form>;

/** The route. Whatever is wrong with code, peer, well-known or group has one answer, and counts no use. */
export function redeemRoute(options: RedeemRouteOptions): Routes {
  const { origin } = new URL(options.endpoint);
  return (server) => {
    server.post(
      "/redeem",
      {
        config: { caller: "stranger" },
        bodyLimit: limits.redeemBytes,
        onRequest: (request, _reply, done) => {
          const { signature, "signature-input": input } = request.headers;
          done(signature === undefined || input === undefined ? new ProblemError("unsigned") : undefined);
        },
      },
      async (request) => {
        const asked = readAs(form, request.body);
        const verified = await verifyRequest(headOf(request), {
          origin,
          now: options.now(),
          findKey: (kid) => {
            if (kid !== asked.public.kid) throw new ProblemError("bad_signature");
            return { key: asked.public.key, notBefore: 0, expires: null };
          },
        });
        try {
          const made = await makeConnection(options, asked, verified.as);
          options.changed(made.change);
          return answerOf(options, made);
        } catch (thrown) {
          if (!(thrown instanceof GatewayError) || !UNIFORM.includes(thrown.code)) throw thrown;
          options.log.info({ base: asked.base, as: verified.as, err: thrown }, "a code was not taken");
          throw new ProblemError("not_found");
        }
      },
    );
  };
}

/** The code first: nothing is fetched for somebody who has none. */
async function makeConnection(
  options: RedeemRouteOptions,
  asked: Asked,
  as: ProviderDomain,
): Promise<Redeemed> {
  const { store, wellKnowns, exchanger, now, history, confirm } = options;
  const hash = hashSecret(asked.code);
  const { good } = await store.read(lookAtCode({ hash, redeemer: as, now: now() }));
  if (!good) throw refused("the code is not good");
  if (liesUnder(asked.base, options.base) || liesUnder(as, options.base))
    throw refused("the domain is this gateway's own");
  const said = await wellKnowns.get(asked.base);
  if (said.endpoint !== asked.endpoint) throw refused("its well-known names another endpoint");
  const listed = said.keys.find(({ kid }) => kid === asked.public.kid);
  if (!listed || !isUsable(listed, now())) throw refused("its well-known does not list the key");
  if (!(await hostCounts(as, said, exchanger))) throw refused(`${as} does not count as its host`);
  return store.write("redeem", {
    hash,
    redeemer: as,
    base: asked.base,
    facts: peerFactsOf(said, [as]),
    named: said.hosts,
    id: randomBytes(CONNECTION_OCTETS).toString("base64url") as ConnectionId,
    role: FIRST_ROLE,
    history,
    confirm,
    at: now(),
  });
}

const refused = (why: string): GatewayError => new GatewayError("redeem_refused", why);

const isUsable = (
  key: { readonly kid: KeyId; readonly notBefore: Milliseconds; readonly expires: Milliseconds | null },
  now: Milliseconds,
): boolean => key.notBefore <= now && (key.expires === null || key.expires > now);

function answerOf({ cursorOf }: RedeemRouteOptions, made: Redeemed): unknown {
  const { connection, state, expires, group } = made;
  const begun = { connection, scope: group === null ? "gateway" : "group", state };
  const ends = expires === null ? {} : { expires };
  if (group === null) return { ...begun, ...ends };
  const { uri, role, place } = group;
  return { ...begun, ...ends, group: uri, role, ...(place === null ? {} : placeOf(cursorOf, uri, place)) };
}
