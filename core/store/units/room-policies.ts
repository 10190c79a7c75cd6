/** What is laid down for single rooms, and who does not want to be carried. */
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { AccountId, BindingId, NativeRoom } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { addAudit } from "./audit.ts";
import { findBinding } from "./bindings.ts";

/** One key that is set for a room. */
export interface PolicyRow {
  readonly binding: BindingId;
  readonly name: string;
  readonly value: string;
}

export interface OptOutRow {
  readonly account: AccountId;
  readonly native: string;
}

const everyPolicy = statement("room-policies.every")((db) =>
  db.selectFrom("room_policy").select(["binding", "name", "value"]).orderBy("binding").orderBy("name"),
);
const everyOptOut = statement("room-policies.everyOptOut")((db) =>
  db.selectFrom("opt_out").select(["account", "native"]).orderBy("account").orderBy("native"),
);
const put = statement<PolicyRow>("room-policies.put")((db, { p }) =>
  db
    .insertInto("room_policy")
    .values({ binding: p.binding, name: p.name, value: p.value })
    .onConflict((conflict) => conflict.columns(["binding", "name"]).doUpdateSet({ value: p.value })),
);
const drop = statement<{ binding: BindingId; name: string }>("room-policies.drop")((db, { p }) =>
  db.deleteFrom("room_policy").where("binding", "=", p.binding).where("name", "=", p.name),
);
const addOptOut = statement<OptOutRow & { at: Milliseconds }>("room-policies.addOptOut")((db, { p }) =>
  db
    .insertInto("opt_out")
    .values({ account: p.account, native: p.native, at: p.at })
    .onConflict((conflict) => conflict.doNothing())
    .returning("native"),
);
const dropOptOut = statement<OptOutRow>("room-policies.dropOptOut")((db, { p }) =>
  db
    .deleteFrom("opt_out")
    .where("account", "=", p.account)
    .where("native", "=", p.native)
    .returning("native"),
);

/** Forgets all that is laid down for a room, which is linked no more. */
export const dropRoomPolicy = statement<{ binding: BindingId }>("room-policies.dropRoom")((db, { p }) =>
  db.deleteFrom("room_policy").where("binding", "=", p.binding),
);

/** All that is laid down, and everybody who has opted out. */
export function* roomPolicies(): Unit<{
  readonly policies: readonly PolicyRow[];
  readonly optOuts: readonly OptOutRow[];
}> {
  return { policies: yield* all(everyPolicy, {}), optOuts: yield* all(everyOptOut, {}) };
}

export interface SetRoomPolicyInput {
  readonly account: AccountId;
  readonly native: NativeRoom;
  /** `ACCOUNT:ADDRESS`, for the audit and for errors. */
  readonly label: string;
  /** Checked values; null: not set any more. */
  readonly values: readonly { readonly name: string; readonly value: string | null }[];
  readonly at: Milliseconds;
  readonly actor: string;
}

/** Sets keys of a linked room, or takes them away. Throws room_not_linked. */
export function* setRoomPolicy(input: SetRoomPolicyInput): Unit<BindingId> {
  const { values, at, actor, label: subject } = input;
  const binding = yield* findBinding(input);
  if (!binding) throw new GatewayError("room_not_linked", `${subject} is not linked`);
  for (const { name, value } of values) {
    if (value === null) yield* first(drop, { binding: binding.id, name });
    else yield* first(put, { binding: binding.id, name, value });
    const detail = value === null ? `${name} reset` : `${name} = ${value}`;
    yield* first(addAudit, { at, actor, act: "policy", subject, detail });
  }
  return binding.id;
}

/** Notes that somebody does not want to be carried any more, or does again. False: it was so already. */
export function* setOptOut(
  input: OptOutRow & {
    readonly out: boolean;
    /** `ACCOUNT:ID`, for the audit. */
    readonly label: string;
    readonly at: Milliseconds;
    readonly actor: string;
  },
): Unit<boolean> {
  const { out, at, actor, label: subject } = input;
  const changed = out ? yield* first(addOptOut, input) : yield* first(dropOptOut, input);
  if (changed === undefined) return false;
  yield* first(addAudit, { at, actor, act: out ? "opt-out" : "opt-in", subject, detail: "" });
  return true;
}
