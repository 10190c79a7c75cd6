/**
 * Other bridges that carry a room already, as they say in its state (MSC2346: `m.bridge`, before it was stable
 * `uk.half-shot.bridge`; each under a state key of its own). Where one of them carries the room to where the gateway carries it,
 * too, what is said goes there twice, and may come back without a mark.
 */
import { z } from "zod";
import { type MatrixEvent, objectAt, textAt } from "../../mappings/matrix/event.ts";
import { shownName } from "../../mappings/matrix/names.ts";
import type { Told } from "./kept-event.ts";
import type { OwnUsers } from "./names.ts";

export const BRIDGE_TYPES: readonly string[] = ["m.bridge", "uk.half-shot.bridge"];
const MOST_NAMED = 5;

const placeForm = z.object({ displayname: z.string().optional(), id: z.string().optional() });

/** The bridges of which a room's state says, less the gateway itself, each in a line: `IRC, Libera Chat, #room, by @bot:example.org`. */
export function otherBridges(state: readonly Told[], own: OwnUsers): readonly string[] {
  const found = state.flatMap(({ event }) => (own.isOurs(event.sender) ? [] : (bridgeIn(event) ?? [])));
  return [...new Set(found)].slice(0, MOST_NAMED);
}

/** null: it says of none; a bridge that has left leaves an empty content behind. */
function bridgeIn({ type, state, sender, content }: MatrixEvent): string | null {
  if (state === null || !BRIDGE_TYPES.includes(type)) return null;
  const places = ["protocol", "network", "channel"].map((key) => nameOf(objectAt(content, key)));
  const bot = textAt(content, "bridgebot") ?? "";
  if (bot === "" && places.every((place) => place === "")) return null;
  return [...places.filter((place) => place !== ""), `by ${shown(bot === "" ? sender : bot)}`].join(", ");
}

/** What whoever links the room should know of them. */
export const bridgesText = (bridges: readonly string[]): string =>
  `it is bridged already: ${bridges.join("; ")}`;

export const BRIDGES_REMEDY =
  "take one of the bridges out where they lead to the same rooms: what both carry is said twice, or goes in circles";

function nameOf(place: Readonly<Record<string, unknown>> | null): string {
  const { displayname, id } = placeForm.safeParse(place).data ?? {};
  return shown(displayname ?? id ?? "");
}

/** Anybody with the power to set state may have chosen it. */
const shown = (name: string): string => shownName(name, "");
