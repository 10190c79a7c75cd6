/** Rooms that ask for a password at their door (XEP-0045, section 7.2.6), and an operator who gives another one. */
import { asGatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { Entry } from "./occupancy.ts";

/** What is asked for the password of a room. */
export interface PasswordKeeper {
  /** With which somebody would enter now; null: with none. */
  readonly password: string | null;
  askPassword(): Promise<string | null>;
}

/** A room with a password. */
export interface LockedRoom {
  readonly jid: NativeRoom;
  readonly stay: PasswordKeeper;
  tryNow(): void;
}

/** Enters, again where the room wants another password than the one that was tried, and there is one by now. */
export async function withPassword(keeper: PasswordKeeper, enter: () => Promise<Entry>): Promise<Entry> {
  const tried = keeper.password;
  const entry = await enter();
  if (entry.entered || entry.condition !== "not-authorized") return entry;
  const wanted = await keeper.askPassword();
  return wanted === null || wanted === tried ? entry : enter();
}

/** Has the room's ghosts use what the operator has given, and the room tried again where it could not be entered. Never rejects. */
export async function passwordChanged(room: LockedRoom, log: Logger): Promise<void> {
  try {
    await room.stay.askPassword();
  } catch (thrown) {
    log.warn({ room: room.jid, err: asGatewayError(thrown) }, "the room's password could not be read");
  }
  room.tryNow();
}
