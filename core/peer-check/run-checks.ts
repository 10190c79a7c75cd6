/** A whole run: as a stranger, as a guest where there is a code, as an owner where somebody redeems ours. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProviderDomain } from "../../mappings/ids.ts";
import { GatewayError } from "../errors.ts";
import type { CodeText } from "../federation/wire/code-text.ts";
import { redeemedForm } from "./answers.ts";
import { answerChecks } from "./chapters/all-answers.ts";
import { clientRequestChecks } from "./chapters/client-requests.ts";
import { connectionChecks, endChecks, guestDoorChecks, heldChecks } from "./chapters/connection.ts";
import { followingChecks } from "./chapters/following.ts";
import { faultCount, logFaultChecks } from "./chapters/log-faults.ts";
import { guestSigningChecks } from "./chapters/guest-signing.ts";
import { holdingChecks } from "./chapters/holding.ts";
import { logChecks } from "./chapters/log.ts";
import { redeemChecks, redeeming, redeemRateChecks } from "./chapters/redeem.ts";
import { signingChecks } from "./chapters/signing.ts";
import { slownessChecks } from "./chapters/slowness.ts";
import { stateChecks } from "./chapters/state.ts";
import { submissionChecks } from "./chapters/submissions.ts";
import { transportChecks } from "./chapters/transport.ts";
import { verdictChecks } from "./chapters/verdicts.ts";
import { Desk } from "./desk.ts";
import { House } from "./house.ts";
import { makeIdentity } from "./identity.ts";
import { type Check, Ledger, type MustResult } from "./ledger.ts";
import { OwnHost } from "./own-host.ts";
import type { Connected, Guest, Stranger } from "./parties.ts";
import { Subject } from "./subject.ts";
import { readGranted } from "./wire.ts";

/** How the checker is a peer of its own. */
export interface OwnPlace {
  readonly base: ProviderDomain;
  readonly endpoint: string;
  readonly listen: { readonly host: string; readonly port: number };
}

export interface CheckOptions {
  /** Of the gateway: where its well-known is. */
  readonly url: string;
  /** null: only what a stranger sees. Needs a place. */
  readonly code: CodeText | null;
  readonly place: OwnPlace | null;
  /** How long to wait until somebody redeems the checker's codes; 0: not at all. Needs a place. */
  readonly ownerWaitSeconds: number;
  /** Leaves out what takes half a minute, or very many requests. */
  readonly brief: boolean;
  /** Told what is done. */
  readonly progress: (line: string) => void;
}

export interface CheckReport {
  readonly base: string;
  readonly endpoint: string;
  readonly requests: number;
  readonly musts: readonly MustResult[];
}

const ownerChecks = [...followingChecks, ...logFaultChecks];
const NOBODY = "peer-check.invalid" as ProviderDomain;
const strangerChecks = [...transportChecks, ...signingChecks, ...redeemChecks];
const peerChecks = [...connectionChecks, ...guestSigningChecks];
const longChecks = [...slownessChecks, ...redeemRateChecks, ...heldChecks];
const guestChecks = [
  ...submissionChecks,
  ...verdictChecks,
  ...logChecks,
  ...holdingChecks,
  ...stateChecks,
  ...guestDoorChecks,
];

/** Makes all checks that these options let it make. Throws GatewayError where there is no gateway to check, or the code is not good. */
export async function runChecks(options: CheckOptions): Promise<CheckReport> {
  const { url, place, code, progress } = options;
  const subject = await Subject.open(url);
  const me = makeIdentity(place?.base ?? NOBODY, place?.endpoint ?? "https://peer-check.invalid");
  const run = new Run(options, { subject, me });
  const house =
    place === null ? null : await House.open({ listen: place.listen, me, keys: () => subject.keys });
  try {
    progress(`${subject.base} at ${subject.endpoint}, asked at ${subject.origin}`);
    await run.all(strangerChecks, run.stranger);
    if (code !== null && house !== null) await run.asGuest(house, code);
    else run.leaveOut([...peerChecks, ...guestChecks, ...heldChecks, ...endChecks], "needs --code");
    const slow = options.brief
      ? run.leaveOut(longChecks, "left out by --brief")
      : Promise.all(slownessChecks.map((check) => run.all([check], run.stranger)));
    if (options.ownerWaitSeconds > 0 && house !== null) await run.asOwner(house);
    else run.leaveOut(ownerChecks, "needs --owner-wait");
    if (house !== null) await run.all(clientRequestChecks, { house });
    else run.leaveOut(clientRequestChecks, "needs --code or --owner-wait");
    if (!options.brief) await run.all(redeemRateChecks, run.stranger);
    await slow;
    await run.all(answerChecks, run.stranger);
    return {
      base: subject.base,
      endpoint: subject.endpoint,
      requests: subject.wire.requests,
      musts: run.results(),
    };
  } finally {
    house?.close();
    subject.wire.close();
  }
}

class Run {
  readonly stranger: Stranger;
  readonly #options: CheckOptions;
  readonly #ledger = new Ledger();

  constructor(options: CheckOptions, stranger: Stranger) {
    this.#options = options;
    this.stranger = stranger;
  }

  async all<Context>(checks: readonly Check<Context>[], context: Context): Promise<void> {
    for (const check of checks) {
      this.#options.progress(check.title);
      await this.#ledger.make(check, context);
    }
  }

  leaveOut(checks: readonly Pick<Check<never>, "about">[], why: string): void {
    this.#ledger.skipAll(checks, why, true);
  }

  results(): readonly MustResult[] {
    return this.#ledger.results();
  }

  /** Redeems the code, works with what it opens, and ends the connection. */
  async asGuest(house: House, code: CodeText): Promise<void> {
    const { subject, me } = this.stranger;
    if (!subject.keys.has(code.kid) || subject.base !== code.base)
      throw new GatewayError(
        "redeem_refused",
        `the code is not one of ${subject.base}, or of a key that it has no more`,
      );
    const answer = await subject.ask(me, redeeming(this.stranger, code.secret));
    if (answer.status === 404)
      throw new GatewayError(
        "redeem_refused",
        `${subject.base} does not take the code, or does not find ${me.base} at ${me.endpoint}`,
      );
    const made = readGranted(redeemedForm, "POST redeem", answer);
    if (made.state === "waiting")
      throw new GatewayError(
        "redeem_waiting",
        `${subject.base} wants ${me.base} confirmed first; confirm it, and run this again`,
      );
    const connected: Connected = { ...this.stranger, house, connection: made.connection, code: code.secret };
    await this.all(peerChecks, connected);
    const { group, cursor, seq } = made;
    if (group !== undefined && cursor !== undefined && seq !== undefined) {
      const [, , authority = "", , id = ""] = group.split("/");
      const path = `/groups/${authority}/${id}`;
      const desk = new Desk({ subject, me, house, group, path });
      const guest: Guest = { ...connected, desk, group, path, cursor, seq };
      await this.all(guestChecks, guest);
      if (!this.#options.brief) await this.all(heldChecks, guest);
    } else this.leaveOut(guestChecks, "needs a code of the scope group");
    await this.all(endChecks, connected);
  }

  /** Hands out codes for groups of the checker's, waits until they are redeemed, and watches what is done with them. */
  async asOwner(house: House): Promise<void> {
    const { ownerWaitSeconds, progress } = this.#options;
    const host = new OwnHost(this.stranger.me, house);
    const run = randomBytes(4).toString("hex");
    const opened = Array.from({ length: 1 + faultCount }, (_, index) => host.open(`check-${run}-${index}`));
    progress(
      `redeem these within ${ownerWaitSeconds} seconds, each in a room of its own; the first is needed, each other tries a fault:`,
    );
    for (const { code } of opened) progress(code);
    const end = Date.now() + ownerWaitSeconds * 1_000;
    while (Date.now() < end && opened.some(({ group }) => group.guest === null)) await sleep(200);
    const taken = opened.map(({ group }) => group).filter(({ guest }) => guest !== null);
    const [good, ...bad] = taken;
    if (good === undefined) return this.leaveOut(ownerChecks, "nobody redeemed a code within --owner-wait");
    await this.all(ownerChecks, { ...this.stranger, house, host, good, bad });
  }
}
