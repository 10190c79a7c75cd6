/** A lane is named by its kind and what it belongs to: `in:12`, `out:12` (bindings), `account:3`. */
import type { Branded } from "../../mappings/ids.ts";
import type { AccountId, BindingId } from "../ids.ts";

export type LaneKey = Branded<string, "LaneKey">;

export type Lane =
  | { readonly kind: "in" | "out"; readonly binding: BindingId }
  | { readonly kind: "account"; readonly account: AccountId };

export const inLane = (binding: BindingId): LaneKey => `in:${binding}` as LaneKey;
export const outLane = (binding: BindingId): LaneKey => `out:${binding}` as LaneKey;
export const accountLane = (account: AccountId): LaneKey => `account:${account}` as LaneKey;

/** Throws RangeError where the text is no lane's key (it came from Redis, where anybody could write it). */
export function parseLane(text: string): Lane {
  const match = /^(in|out|account):([1-9][0-9]{0,14})$/.exec(text);
  const number = Number(match?.[2]);
  switch (match?.[1]) {
    case "in":
      return { kind: "in", binding: number as BindingId };
    case "out":
      return { kind: "out", binding: number as BindingId };
    case "account":
      return { kind: "account", account: number as AccountId };
    default:
      throw new RangeError(`not a lane's key: ${JSON.stringify(text.slice(0, 40))}`);
  }
}
