/** What of the things said in a room is carried from it, as its policy says. */
import type { UserUri } from "../../mappings/ids.ts";
import type { NativeUser, Translated } from "../bridge/inbound.ts";
import type { Loss } from "../../mappings/loss.ts";
import { carriedPart, kindOf } from "./kinds.ts";
import type { RoomPolicy } from "./room-policy.ts";

export interface InboundRules {
  readonly policy: RoomPolicy;
  /** Native ids of those who do not want to be carried. */
  readonly optedOut: ReadonlySet<string>;
  /** The public URI of a user of the platform. */
  readonly uriOf: (native: string) => UserUri;
}

/** Whether somebody's words are carried from a room. */
export function isHeard({ policy, optedOut, uriOf }: InboundRules, { native }: NativeUser): boolean {
  if (optedOut.has(native)) return false;
  const { ignore } = policy;
  return ignore.size === 0 || (!ignore.has(native) && !ignore.has(uriOf(native)));
}

/**
 * What is carried, and what is lost of it. Somebody who is ignored or has opted out can still take back what he said
 * before; what he changes of the room itself is carried without his name, since it is the room's.
 */
export function heed(
  rules: InboundRules,
  translated: readonly Translated[],
): { readonly events: readonly Translated[]; readonly losses: readonly Loss[] } {
  const losses: Loss[] = [];
  const events = translated.flatMap((one): readonly Translated[] => {
    const kept = heeded(rules, one);
    if (kept !== one) losses.push({ code: "left_out", detail: lostOf(one) });
    return kept === null ? [] : [kept];
  });
  return losses.length === 0 ? { events: translated, losses } : { events, losses };
}

function heeded(rules: InboundRules, one: Translated): Translated | null {
  const { kindsIn } = rules.policy;
  switch (one.kind) {
    case "message": {
      const { kind } = one.message.body;
      const takesBack = kind === "deletion" || kind === "unreaction";
      if (!takesBack && !isHeard(rules, one.sender)) return null;
      const message = carriedPart(one.message, kindsIn);
      return message === null || message === one.message ? message && one : { ...one, message };
    }
    case "property":
      if (!kindsIn.has("state")) return null;
      return one.sender === null || isHeard(rules, one.sender) ? one : { ...one, sender: null };
    case "leave":
      return kindsIn.has("member") ? one : null;
    default:
      return one;
  }
}

const lostOf = (one: Translated): string => (one.kind === "message" ? kindOf(one.message) : one.kind);
