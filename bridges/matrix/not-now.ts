/** Why a delivery waits that nothing is wrong with. */
import { DeliveryError } from "../../core/bridge/outbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Milliseconds } from "../../core/time.ts";

/** The room's lanes are tried at once when it can take deliveries again. */
const ENTERED_WITHIN_MS: Milliseconds = 10_000;
const LET_IN_WITHIN_MS: Milliseconds = 60_000;
/** Rooms don't cease to be encrypted: somebody has to unlink them. */
const ENCRYPTED_AGAIN_MS: Milliseconds = 60_000;
const STARTED_WITHIN_MS: Milliseconds = 2_000;

export function notStarted(certainty: "certain" | "unknown"): DeliveryError {
  const verdict = { certainty, retry: "after", afterMs: STARTED_WITHIN_MS } as const;
  return new DeliveryError("account_down", "the account is not connected yet", verdict);
}

/** What the room can do, and whether it may be given anything, is not known yet. */
export const notEntered = (room: NativeRoom): DeliveryError =>
  unreachable(`${room} is not entered yet`, ENTERED_WITHIN_MS);

/** What is said in the clear would be taken for what the room keeps secret. */
export const encrypted = (room: NativeRoom): DeliveryError =>
  unreachable(`${room} is encrypted: unlink it`, ENCRYPTED_AGAIN_MS);

/** What is for a room waits, until the gateway is in it again. */
export const shutOut = (room: NativeRoom, fault: string): DeliveryError =>
  unreachable(`${room}: ${fault}`, LET_IN_WITHIN_MS);

export const closing = (room: NativeRoom): DeliveryError =>
  unreachable(`${room} goes on in another room, into which it is followed`, ENTERED_WITHIN_MS);

function unreachable(detail: string, afterMs: Milliseconds): DeliveryError {
  return new DeliveryError("room_unreachable", detail, { certainty: "certain", retry: "after", afterMs });
}
