/** A lane is named by its kind and what it belongs to: `in:12`, `out:12` (bindings), `account:3`, `sync:5` (peers). */
import type { Branded } from "../../mappings/ids.ts";
import type { AccountId, BindingId, PeerId } from "../ids.ts";

export type LaneKey = Branded<string, "LaneKey">;

export type Lane =
  | { readonly kind: "in" | "out"; readonly binding: BindingId }
  | { readonly kind: "account"; readonly account: AccountId }
  | { readonly kind: "sync"; readonly peer: PeerId };

export const inLane = (binding: BindingId): LaneKey => `in:${binding}` as LaneKey;
export const outLane = (binding: BindingId): LaneKey => `out:${binding}` as LaneKey;
export const accountLane = (account: AccountId): LaneKey => `account:${account}` as LaneKey;
export const syncLane = (peer: PeerId): LaneKey => `sync:${peer}` as LaneKey;

/** Throws RangeError where the text is no lane's key (it came from Redis, where anybody could write it). */
export function parseLane(text: string): Lane {
  const match = /^(in|out|account|sync):([1-9][0-9]{0,14})$/.exec(text);
  const number = Number(match?.[2]);
  switch (match?.[1]) {
    case "in":
      return { kind: "in", binding: number as BindingId };
    case "out":
      return { kind: "out", binding: number as BindingId };
    case "account":
      return { kind: "account", account: number as AccountId };
    case "sync":
      return { kind: "sync", peer: number as PeerId };
    default:
      throw new RangeError(`not a lane's key: ${JSON.stringify(text.slice(0, 40))}`);
  }
}
