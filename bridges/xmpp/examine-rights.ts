/** What a room lets the gateway do, for `mimi-gateway doctor`, as the room last said it. */
import type { Capabilities, Finding } from "../../core/bridge/room.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { MissingRight } from "./missing-rights.ts";
import { bare } from "./names.ts";

export interface RoomRights extends Pick<Capabilities, "archive" | "name" | "topic"> {
  /** Whether it may have a picture. */
  readonly pictured: boolean;
  /** Without which ghosts can't speak there. */
  readonly missing: readonly MissingRight[];
}

/** `listener`: who needs the rights. */
export function examineRights(
  room: NativeRoom,
  { archive, ...rest }: RoomRights,
  listener: string,
): readonly Finding[] {
  const rights: Finding = { check: `rights:${room}`, ...rightsOf(rest, bare(listener)) };
  if (archive) return [rights];
  const remedy =
    "give it one (Prosody: muc_mam for the rooms' service; ejabberd: mod_mam, and mam: true in the room's options)";
  return [
    rights,
    {
      check: `archive:${room}`,
      state: "warning",
      detail: "it has no archive: what is said while the gateway is not in it is lost",
      remedy,
    },
  ];
}

function rightsOf(
  { name, topic, pictured, missing }: Omit<RoomRights, "archive">,
  gateway: string,
): Omit<Finding, "check"> {
  if (missing.length > 0)
    return {
      state: "warning",
      detail: missing.map(({ what }) => what).join("; "),
      remedy: missing.map(({ remedy }) => remedy).join("; "),
    };
  const owned = name === "none" ? ["name", ...(pictured ? ["picture"] : [])] : [];
  const unset = [...(topic === "none" ? ["topic"] : []), ...owned];
  if (unset.length === 0)
    return { state: "ok", detail: "ghosts speak there, and it may set name and topic", remedy: null };
  return {
    state: "ok",
    detail: `ghosts speak there; it may not set the ${unset.join(" and the ")}, so that others' are not carried here`,
    remedy: `to have them carried, make ${gateway} ${name === "none" ? "an owner" : "a moderator"} of the room`,
  };
}
