/**
 * Who said what the gateway changes later: clients heed a correction or retraction only from the occupant who said the
 * message (XEP-0308, XEP-0424), so the id that the gateway gives a message tells whether its own nick said it.
 */
import type { Plain, RoomContext, Step } from "../../core/bridge/outbound.ts";
import type { EventId } from "../../mappings/ids.ts";
import type { XmlElement } from "../../mappings/xml.ts";

const RELAYED = "-relayed";

/** `ghost`: the speaker's own; `relay`: the gateway's nick, in his name. */
export type SaidBy = "ghost" | "relay";

/** The id of a message by the delivery's key. */
export const messageId = (key: string, by: SaidBy): string => (by === "relay" ? `${key}${RELAYED}` : key);

/** Who has to say a correction or retraction of (a part of) a message; null: it changes none that is known. */
export function sayerOf(
  of: EventId | null,
  payload: readonly XmlElement[],
  context: RoomContext,
): SaidBy | null {
  const changed = changedId(payload);
  if (of === null || changed === null) return null;
  const parts = context.message(of)?.parts ?? [];
  const aux = parts.find((part) => part.native === changed || part.aux === changed)?.aux ?? null;
  if (aux === null) return null;
  return aux.endsWith(RELAYED) ? "relay" : "ghost";
}

/** Who has to say a step, as it was planned; null: whoever can. */
export function sayer({ args }: Step): SaidBy | null {
  const by: Plain | undefined = args["by"];
  return by === "ghost" || by === "relay" ? by : null;
}

/** The room's id of what a payload retracts; null: it retracts nothing. */
export const retractedId = (payload: readonly XmlElement[]): string | null => idIn(payload, "retract");

const changedId = (payload: readonly XmlElement[]): string | null =>
  idIn(payload, "retract") ?? idIn(payload, "replace");

const idIn = (payload: readonly XmlElement[], name: string): string | null =>
  payload.find((element) => element.name === name)?.attrs["id"] ?? null;
