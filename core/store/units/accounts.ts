import type { ProviderDomain } from "../../../mappings/ids.ts";
import type { AccountId, ProviderId } from "../../ids.ts";
import { accountLane, type LaneKey } from "../../lanes/lane-key.ts";
import type { LaneTable } from "../work-schema.ts";
import { statement } from "../statement.ts";
import { first, only, type Unit } from "../unit.ts";

const addProvider = statement<{ domain: ProviderDomain }>("accounts.addProvider")((db, { p }) =>
  db
    .insertInto("provider")
    .values({ domain: p.domain })
    // A domain of ours is ours, whoever has claimed it before.
    .onConflict((conflict) => conflict.column("domain").doUpdateSet({ peer: null }))
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
