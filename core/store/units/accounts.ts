import type { ProviderDomain } from "../../../mappings/ids.ts";
import type { AccountId, ProviderId } from "../../ids.ts";
import { accountLane, type LaneKey } from "../../lanes/lane-key.ts";
import type { LaneTable } from "../schema.ts";
import { statement } from "../statement.ts";
import { first, only, type Unit } from "../unit.ts";

const addProvider = statement<{ domain: ProviderDomain }>("accounts.addProvider")((db, { p }) =>
  db
    .insertInto("provider")
    .values({ domain: p.domain })
    .onConflict((conflict) => conflict.column("domain").doUpdateSet({ domain: p.domain }))
    .returning("id"),
);
const addAccount = statement<{ bridge: string; native: string; provider: ProviderId }>("accounts.addAccount")(
  (db, { p }) =>
    db
      .insertInto("account")
      .values({ bridge: p.bridge, native: p.native, provider: p.provider })
      .onConflict((conflict) => conflict.columns(["bridge", "native"]).doUpdateSet({ provider: p.provider }))
      .returning("id"),
);
export const addLane = statement<Pick<LaneTable, "key" | "kind" | "account" | "binding">>("accounts.addLane")(
  (db, { p }) =>
    db
      .insertInto("lane")
      .values({
        key: p.key,
        kind: p.kind,
        account: p.account,
        binding: p.binding,
        epoch: 0,
        holder: null,
        lease_until: 0,
        not_before: 0,
        failures: 0,
        last_error: null,
      })
      .onConflict((conflict) => conflict.doNothing()),
);

export interface AccountRow {
  readonly id: AccountId;
  readonly provider: ProviderId;
  readonly lane: LaneKey;
}

/** The rows of a configured account, made at its first start. */
export function* registerAccount(input: {
  bridge: string;
  name: string;
  domain: ProviderDomain;
}): Unit<AccountRow> {
  const provider = (yield* only(addProvider, { domain: input.domain })).id;
  const { id } = yield* only(addAccount, { bridge: input.bridge, native: input.name, provider });
  yield* first(addLane, { key: accountLane(id), kind: "account", account: id, binding: null });
  return { id, provider, lane: accountLane(id) };
}

const addSetting = statement<{ name: string; value: Uint8Array }>("accounts.addSetting")((db, { p }) =>
  db
    .insertInto("setting")
    .values({ name: p.name, value: p.value })
    .onConflict((conflict) => conflict.doNothing()),
);
const findSetting = statement<{ name: string }>("accounts.findSetting")((db, { p }) =>
  db.selectFrom("setting").select("value").where("name", "=", p.name),
);

/** A fact of the whole gateway: the one that stands, or else `value`, which stands from now on. */
export function* settle(input: { name: string; value: Uint8Array }): Unit<Uint8Array> {
  yield* first(addSetting, input);
  return (yield* only(findSetting, { name: input.name })).value;
}
