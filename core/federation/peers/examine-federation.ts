/** A look at the ways between this gateway and others, for `mimi-gateway doctor`: whether this one is found, and whether they are. */
import type { ProviderDomain } from "../../../mappings/ids.ts";
import type { Finding } from "../../bridge/room.ts";
import { asGatewayError } from "../../errors.ts";
import type { Store } from "../../store/store.ts";
import { type PeerStatus, peerStatuses } from "../../store/units/peer-reports.ts";
import type { Milliseconds } from "../../time.ts";
import type { KeyId } from "../wire/public-key.ts";
import type { Exchanger } from "./exchange.ts";
import type { PeerEndpoint } from "./peer-client.ts";
import { lookAtWellKnown, WELL_KNOWN_PATH } from "./well-known.ts";

/** Requests are good for 300 s by the clock of whoever gets them; beyond that each is made twice. */
const SIGNED_WITHIN_MS: Milliseconds = 300_000;
const SKEW_WORTH_A_WORD_MS: Milliseconds = 60_000;

export interface ExamineFederationOptions {
  readonly store: Store;
  readonly base: ProviderDomain;
  readonly endpoint: string;
  /** False: nobody can reach this gateway, and its well-known lies on another server. */
  readonly served: boolean;
  readonly signer: () => { readonly kid: KeyId };
  readonly exchanger: Exchanger;
  readonly placeOf: (base: ProviderDomain) => PeerEndpoint | undefined;
  readonly now: () => Milliseconds;
}

/** Asks for this gateway's own well-known as others do, and for those of all peers; never rejects. */
export async function examineFederation(options: ExamineFederationOptions): Promise<readonly Finding[]> {
  const { store, base, endpoint, served } = options;
  const home = `https://${base}`;
  const peers = (await store.read(peerStatuses())).filter(({ state }) => state === "known");
  return Promise.all([
    ...(served ? [ownFinding(options, "endpoint", endpoint)] : []),
    ...(served && new URL(endpoint).origin === home ? [] : [ownFinding(options, "well-known", home)]),
    ...peers.map((peer) => peerFinding(options, peer)),
  ]);
}

/** `where`: an address at which others look for this gateway. From here it may be reached otherwise than from there. */
async function ownFinding(
  options: ExamineFederationOptions,
  check: "endpoint" | "well-known",
  where: string,
): Promise<Finding> {
  const { base, exchanger, signer, served, endpoint } = options;
  const place = `${new URL(where).origin}${WELL_KNOWN_PATH}`;
  try {
    const { said } = await lookAtWellKnown(base, { exchanger, at: { url: where, trusted: true } });
    if (!said.keys.some(({ kid }) => kid === signer().kid))
      return {
        check,
        state: "fault",
        detail: `${place} shows another gateway's keys, or old ones`,
        remedy: served
          ? "see that the proxy there leads to this gateway's federation.listen"
          : "put there what `mimi-gateway well-known` prints",
      };
    if (said.endpoint !== endpoint)
      return {
        check,
        state: "fault",
        detail: `${place} names the endpoint ${said.endpoint}, and not ${endpoint}`,
        remedy: "see that it is this gateway, and what federation.endpoint says",
      };
    return { check, state: "ok", detail: `${place} shows this gateway`, remedy: null };
  } catch (thrown) {
    const detail = `${place} does not show this gateway, seen from here: ${asGatewayError(thrown).detail}`;
    return {
      check,
      state: check === "endpoint" ? "fault" : "warning",
      detail,
      remedy: remedyOf(check, served),
    };
  }
}

function remedyOf(check: "endpoint" | "well-known", served: boolean): string {
  if (!served) return "put there what `mimi-gateway well-known` prints, on a web server with a certificate";
  return check === "endpoint"
    ? "see that a proxy with a certificate for that name leads to federation.listen, and that the name is in DNS"
    : "let it lead to federation.listen, too: whoever has only the base domain looks there; peers that are configured do not";
}

async function peerFinding(
  { exchanger, placeOf, now }: ExamineFederationOptions,
  { base, lastError, trusted, endpoint }: PeerStatus,
): Promise<Finding> {
  const check = `peer:${base}`;
  try {
    const at = placeOf(base) ?? (trusted ? { url: endpoint, trusted } : undefined);
    const sent = now();
    const { serverTime } = await lookAtWellKnown(base, { exchanger, ...(at && { at }) });
    const skew = serverTime === null ? 0 : (sent + now()) / 2 - serverTime;
    if (Math.abs(skew) >= SKEW_WORTH_A_WORD_MS) return { check, ...skewed(skew) };
    if (lastError !== null)
      return {
        check,
        state: "warning",
        detail: `answers, but the last exchange failed: ${lastError}`,
        remedy: "it is tried again by itself; mimi-gateway peer list shows more",
      };
    return { check, state: "ok", detail: "answers", remedy: null };
  } catch (thrown) {
    return {
      check,
      state: "fault",
      detail: asGatewayError(thrown).detail,
      remedy: "ask whoever runs it; what is for it waits, and goes on by itself",
    };
  }
}

/** `ahead`: how much later it is here than there. */
function skewed(ahead: Milliseconds): Omit<Finding, "check"> {
  const seconds = Math.round(Math.abs(ahead) / 1_000);
  return {
    state: Math.abs(ahead) < SIGNED_WITHIN_MS ? "warning" : "fault",
    detail: `the clock here is ${seconds} s ${ahead > 0 ? "ahead of" : "behind"} the peer's; beyond 300 s signatures are refused`,
    remedy: "set the clocks of both machines by NTP",
  };
}
