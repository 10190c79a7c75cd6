/** Codes by which rooms of this very gateway are linked: no connection is made, the room is. */
import type { GroupUri, ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import { link, type LinkInput } from "./bindings.ts";
import { spendCode } from "./codes.ts";

const opened = statement<{ hash: string }>("own-codes.opened")((db, { p }) =>
  db
    .selectFrom("code")
    .leftJoin("grp", "grp.id", "code.grp")
    .select([
      "code.grp as group",
      "grp.uri",
      "code.confirm",
      "code.uses_left as left",
      "code.expires",
      "code.revoked",
    ])
    .where("code.hash", "=", p.hash),
);

/**
 * The group that a code opens for a room of this gateway. Throws redeem_refused for a code that is not good, opens no group, or
 * wants a confirmation, which is given between gateways only.
 */
export function* groupOfCode(input: { hash: string; now: Milliseconds }): Unit<GroupUri> {
  const code = yield* first(opened, input);
  if (!code || code.revoked === 1 || code.left <= 0 || code.expires <= input.now) throw notGood();
  if (code.uri === null)
    throw new GatewayError("redeem_refused", "the code connects gateways, and opens no group");
  if (code.confirm === 1)
    throw new GatewayError(
      "redeem_refused",
      "whoever redeems the code has to be confirmed, which is for other gateways",
    );
  return code.uri;
}

export interface LinkByCodeInput extends Omit<LinkInput, "group"> {
  readonly hash: string;
  /** The provider of the account whose room it is. */
  readonly redeemer: ProviderDomain;
}

/**
 * Links rooms to the group that a code opens, and counts its use, in one transaction: a room that is linked there already
 * uses nothing up. Throws redeem_refused, and what `link` throws.
 */
export function* linkByCode(input: LinkByCodeInput): Unit<{ group: GroupUri; linked: readonly number[] }> {
  const { hash, redeemer, at } = input;
  const group = yield* groupOfCode({ hash, now: at });
  const done = yield* link({ ...input, group });
  if (done.linked.length > 0 && !(yield* spendCode({ hash, redeemer, now: at }))) throw notGood();
  return done;
}

const notGood = (): GatewayError =>
  new GatewayError("redeem_refused", "the code is wrong, used up, expired or revoked");
