/** Taking back what somebody else has said in a room (XEP-0425), in the version that its server speaks. */
import type { NativeRoom } from "../../core/ids.ts";
import { NS } from "./names.ts";
import type { ComponentStream } from "./stream.ts";
import { attribute, type Element, xml } from "./xml.ts";

/** `old`: the one before messages named what they take back themselves, as Prosody's module has it. */
export type ModerationVersion = "new" | "old";

/** By the room's features; null: nobody can take back what others have said. */
export function moderationOf(features: ReadonlySet<string | undefined>): ModerationVersion | null {
  if (features.has(NS.moderate)) return "new";
  return features.has(NS.moderateOld) ? "old" : null;
}

/** Rejects with StanzaError where the gateway is no moderator, or the room knows no such message. */
export async function takeBack(
  stream: ComponentStream,
  {
    room: to,
    from,
    version,
    id,
    reason,
  }: {
    readonly room: NativeRoom;
    readonly from: string;
    readonly version: ModerationVersion;
    /** The room's id of the message. */
    readonly id: string;
    readonly reason: string;
  },
): Promise<void> {
  const why = reason === "" ? undefined : xml("reason", {}, reason);
  const act =
    version === "new"
      ? xml("moderate", { xmlns: NS.moderate, id }, xml("retract", { xmlns: NS.retract }), why)
      : xml(
          "apply-to",
          { xmlns: NS.fasten, id },
          xml("moderate", { xmlns: NS.moderateOld }, xml("retract", { xmlns: NS.retractOld }), why),
        );
  await stream.request(xml("iq", { type: "set", from, to }, act));
}

/** Whether the room says of a message that the occupant of this nick had it taken back. */
export function isModeratedBy(message: Element, room: NativeRoom, nick: string | null): boolean {
  if (nick === null || attribute(message, "from") !== room) return false;
  const moderated =
    message.getChild("retract", NS.retract)?.getChild("moderated", NS.moderate) ??
    message.getChild("apply-to", NS.fasten)?.getChild("moderated", NS.moderateOld);
  return moderated !== undefined && attribute(moderated, "by") === `${room}/${nick}`;
}
