/** Secrets that are handed over out of band and make a connection. Only their hashes are here. */
import type { GroupUri, ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { CodeId, GroupId } from "../../ids.ts";
import type { CodeTable } from "../federation-schema.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";
import { addAudit } from "./audit.ts";

const findGroup = statement<{ uri: GroupUri }>("codes.findGroup")((db, { p }) =>
  db
    .selectFrom("grp")
    .select(["id", "state"])
    .select((eb) => [
      eb.selectFrom("following").select("peer").whereRef("following.grp", "=", "grp.id").as("ownerPeer"),
    ])
    .where("uri", "=", p.uri),
);
const addCode = statement<{
  hash: string;
  kind: CodeTable["kind"];
  group: GroupId | null;
  issuer: string;
  uses: number;
  confirm: number;
  expires: Milliseconds;
  at: Milliseconds;
}>("codes.addCode")((db, { p }) =>
  db
    .insertInto("code")
    .values({
      hash: p.hash,
      kind: p.kind,
      grp: p.group,
      issuer: p.issuer,
      uses_left: p.uses,
      confirm: p.confirm,
      expires: p.expires,
      created_at: p.at,
      revoked: 0,
    })
    .returning("id"),
);

/**
 * Keeps a code. `hash`: SHA-256 of its secret in lower-case hexadecimal digits; the secret has 128 random bits and is
 * shown once by whoever made it. `group`: the only group that it is good for; null: one between gateways. `confirm`:
 * whoever redeems it has to be confirmed. Throws group_unknown, also where the group is another gateway's or has ended.
 */
export function* createCode(input: {
  hash: string;
  group: GroupUri | null;
  issuer: string;
  uses: number;
  confirm: boolean;
  expires: Milliseconds;
  at: Milliseconds;
}): Unit<CodeId> {
  const group = input.group === null ? null : yield* first(findGroup, { uri: input.group });
  if (group === undefined) throw new GatewayError("group_unknown", `no group ${input.group} is known here`);
  if (group && group.ownerPeer !== null)
    throw new GatewayError(
      "group_unknown",
      `${input.group} is another gateway's, which alone gives codes for it`,
    );
  if (group?.state === "closed")
    throw new GatewayError("group_unknown", `the group ${input.group} has ended`);
  const kind = group === null ? "gateway" : "group";
  const { id } = yield* only(addCode, {
    ...input,
    kind,
    group: group?.id ?? null,
    confirm: input.confirm ? 1 : 0,
  });
  const detail = input.group ?? "gateway";
  const audit = { at: input.at, actor: input.issuer, act: "code create", subject: `code ${id}`, detail };
  yield* first(addAudit, audit);
  return id;
}

/** What a good code opens. */
export interface TakenCode {
  readonly id: CodeId;
  readonly kind: CodeTable["kind"];
  readonly group: GroupId | null;
  readonly issuer: string;
}

// The write takes the row's lock, so that the last use is given once.
const lockCode = statement<{ hash: string }>("codes.lockCode")((db, { p }) =>
  db
    .updateTable("code")
    .set((eb) => ({ uses_left: eb.ref("uses_left") }))
    .where("hash", "=", p.hash)
    .where("revoked", "=", 0)
    .returning(["id", "kind", "grp as group", "issuer", "uses_left as left", "expires"]),
);
const usedBy = statement<{ code: CodeId; redeemer: ProviderDomain }>("codes.usedBy")((db, { p }) =>
  db.selectFrom("code_use").select("at").where("code", "=", p.code).where("redeemer", "=", p.redeemer),
);
const addUse = statement<{ code: CodeId; redeemer: ProviderDomain; at: Milliseconds }>("codes.addUse")(
  (db, { p }) =>
    db
      .insertInto("code_use")
      .values({ code: p.code, redeemer: p.redeemer, at: p.at })
      // A provider may have several rooms of its own linked by one code.
      .onConflict((conflict) => conflict.doNothing()),
);
const countUse = statement<{ code: CodeId }>("codes.countUse")((db, { p }) =>
  db
    .updateTable("code")
    .set((eb) => ({ uses_left: eb("uses_left", "-", 1) }))
    .where("id", "=", p.code),
);

/**
 * Counts a use of a code by a provider, and says what it opens; null for every code that is not good, whatever the reason.
 * Whoever has used it before is not counted again, whatever its age: the answer may have been lost on its way, or he had to
 * wait until somebody confirmed him.
 */
export function* takeCode(input: {
  hash: string;
  redeemer: ProviderDomain;
  now: Milliseconds;
}): Unit<TakenCode | null> {
  const { redeemer, now: at } = input;
  const code = yield* first(lockCode, input);
  if (!code) return null;
  const { left, expires, ...taken } = code;
  if (yield* first(usedBy, { code: code.id, redeemer })) return taken;
  if (left <= 0 || expires <= at) return null;
  yield* first(countUse, { code: code.id });
  yield* first(addUse, { code: code.id, redeemer, at });
  return taken;
}

/** Counts a use of a code whoever has used it before. False: it is not good (any more). */
export function* spendCode(input: {
  hash: string;
  redeemer: ProviderDomain;
  now: Milliseconds;
}): Unit<boolean> {
  const { redeemer, now: at } = input;
  const code = yield* first(lockCode, input);
  if (!code || code.left <= 0 || code.expires <= at) return false;
  yield* first(countUse, { code: code.id });
  yield* first(addUse, { code: code.id, redeemer, at });
  return true;
}

export interface CodeRow {
  readonly id: CodeId;
  readonly kind: CodeTable["kind"];
  readonly group: GroupUri | null;
  readonly issuer: string;
  readonly usesLeft: number;
  readonly confirm: boolean;
  readonly expires: Milliseconds;
  readonly createdAt: Milliseconds;
  readonly revoked: boolean;
  /** The providers that have redeemed it, the first one first. */
  readonly usedBy: readonly ProviderDomain[];
}

const everyCode = statement("codes.everyCode")((db) =>
  db
    .selectFrom("code")
    .leftJoin("grp", "grp.id", "code.grp")
    .select([
      "code.id",
      "code.kind",
      "grp.uri as group",
      "code.issuer",
      "code.uses_left as usesLeft",
      "code.confirm",
      "code.expires",
      "code.created_at as createdAt",
      "code.revoked",
    ])
    .orderBy("code.id"),
);
const everyUse = statement("codes.everyUse")((db) =>
  db.selectFrom("code_use").select(["code", "redeemer"]).orderBy("at").orderBy("redeemer"),
);

/** Every code there ever was, used up, expired and revoked ones too. */
export function* listCodes(): Unit<readonly CodeRow[]> {
  const uses = yield* all(everyUse, {});
  return (yield* all(everyCode, {})).map((row) => ({
    ...row,
    confirm: row.confirm === 1,
    revoked: row.revoked === 1,
    usedBy: uses.filter(({ code }) => code === row.id).map(({ redeemer }) => redeemer),
  }));
}

const revoke = statement<{ code: CodeId }>("codes.revoke")((db, { p }) =>
  db.updateTable("code").set({ revoked: 1 }).where("id", "=", p.code).returning("id"),
);

/** A revoked code is good for nobody; connections that it has made stay. Throws code_unknown. */
export function* revokeCode(input: { code: CodeId; at: Milliseconds; actor: string }): Unit<void> {
  const { code, at, actor } = input;
  if (!(yield* first(revoke, { code })))
    throw new GatewayError("code_unknown", `no code has the number ${code}`);
  yield* first(addAudit, { at, actor, act: "code revoke", subject: `code ${code}`, detail: "" });
}
