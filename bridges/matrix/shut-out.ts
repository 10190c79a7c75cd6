/**
 * What it means that a room refuses somebody of the gateway's: he may have been put out of it, which the room's events have not
 * told yet. Then the delivery is not lost: he is let in again, or the gateway's own user is waited for.
 */
import type { Milliseconds } from "../../core/time.ts";
import { DeliveryError } from "../../core/bridge/outbound.ts";
import type { Entrances } from "./entrances.ts";
import type { Ghosts } from "./ghosts.ts";
import type { Told } from "./kept-event.ts";
import { shutOut } from "./not-now.ts";
import { asDeliveryError, isForbidden } from "./refusal.ts";
import type { Room } from "./room.ts";

const LOOK_AGAIN_MS: Milliseconds = 100;

export interface ShutOutOptions {
  readonly ghosts: Pick<Ghosts, "bot">;
  readonly entrances: Pick<Entrances, "isOut">;
}

export type RefusingRoom = Pick<Room, "id" | "putOut">;

/** Why somebody is not in a room any more. */
const putOutOf = (user: string): string => `${user} was put out of it: invite it again`;

/** Takes over what an event says of whether the gateway's own user is in a room. */
export function ownMembership(room: Pick<Room, "putOut" | "letIn">, { event }: Told, bot: string): void {
  const { membership } = event.content;
  if (event.state !== bot || event.type !== "m.room.member") return;
  if (membership === "leave" || membership === "ban") room.putOut(putOutOf(bot));
  if (membership === "join") room.letIn();
}

/**
 * The error to go on with. `ghost`: in whose name the call was made; null: in that of the gateway's own user. What is no refusal
 * for want of a right stays as it is.
 */
export async function meantByRefusal(
  thrown: unknown,
  ghost: string | null,
  room: RefusingRoom,
  { ghosts, entrances }: ShutOutOptions,
): Promise<unknown> {
  if (!isForbidden(thrown)) return thrown;
  try {
    const { id: bot } = await ghosts.bot();
    if (await entrances.isOut(room.id, bot)) {
      room.putOut(putOutOf(bot));
      return shutOut(room.id, putOutOf(bot));
    }
    if (ghost === null || ghost === bot || !(await entrances.isOut(room.id, ghost))) return thrown;
    return new DeliveryError(
      "delivery_forbidden",
      `${ghost} was put out of ${room.id}`,
      certainAfter(LOOK_AGAIN_MS),
    );
  } catch (failure) {
    const { code, detail } = asDeliveryError(failure, "m.room.member");
    return new DeliveryError(code, detail, { certainty: "certain", retry: "backoff" }, { cause: failure });
  }
}

const certainAfter = (afterMs: Milliseconds) => ({ certainty: "certain", retry: "after", afterMs }) as const;
