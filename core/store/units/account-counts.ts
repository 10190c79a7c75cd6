/** What stands in the store by account: numbers for whoever watches the gateway. */
import type { AccountId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, type Unit } from "../unit.ts";

export interface AccountCounts {
  readonly setAside: readonly {
    readonly account: AccountId;
    readonly direction: "inbound" | "outbound";
    readonly code: string;
    readonly rows: number;
  }[];
  /** Deliveries whose outcome could not be known, ever. */
  readonly unclear: readonly { readonly account: AccountId; readonly rows: number }[];
}

const setAside = statement("account-counts.setAside")((db) =>
  db
    .selectFrom("set_aside")
    .innerJoin("binding", "binding.id", "set_aside.binding")
    .select((eb) => [
      "binding.account",
      "set_aside.direction",
      "set_aside.code",
      eb.fn.countAll<number>().as("rows"),
    ])
    .groupBy(["binding.account", "set_aside.direction", "set_aside.code"]),
);
const unclear = statement("account-counts.unclear")((db) =>
  db
    .selectFrom("binding")
    // PostgreSQL's sum of integers is a numeric.
    .select((eb) => ["binding.account", eb.cast<number>(eb.fn.sum("unclear_count"), "bigint").as("rows")])
    .groupBy("binding.account"),
);

export function* accountCounts(): Unit<AccountCounts> {
  return { setAside: yield* all(setAside, {}), unclear: yield* all(unclear, {}) };
}
