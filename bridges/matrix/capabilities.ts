/** What the gateway can do in a room, by its power there. */
import type { Capabilities } from "../../core/bridge/room.ts";
import { TEXT_OCTETS } from "../../mappings/matrix/limits.ts";
import type { MatrixCapabilities } from "../../mappings/matrix/context.ts";
import type { RoomState } from "./room-state.ts";

const PROPERTIES = {
  name: "m.room.name",
  topic: "m.room.topic",
  avatar: "m.room.avatar",
  pins: "m.room.pinned_events",
  moderated: "m.room.power_levels",
} as const;
const NAMES = ["name", "topic", "avatar", "pins", "moderated"] as const;

/** `state`: null where it is not known yet; then everything is tried. */
export function matrixCapabilities(
  state: RoomState | null,
  bot: string,
  broadcasts: boolean,
): MatrixCapabilities {
  return {
    broadcasts,
    redact: state?.may(bot, "redact") ?? true,
    properties: NAMES.filter((name) => state?.may(bot, { state: PROPERTIES[name] }) ?? true),
    moderate: state?.may(bot, "kick") ?? true,
    mirrorModeration: false,
    roles: false,
    polls: true,
    receipts: true,
    typing: true,
    presence: false,
  };
}

/** The same as far as the core asks. */
export function roomCapabilities(state: RoomState | null, bot: string): Capabilities {
  const may = (type: string): boolean => state?.may(bot, { state: type }) ?? true;
  return {
    name: may(PROPERTIES.name) ? "full" : "none",
    topic: may(PROPERTIES.topic) ? "full" : "none",
    archive: true,
    textBytes: TEXT_OCTETS,
    open: state?.open ?? false,
  };
}
