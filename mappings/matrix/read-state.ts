/** State of the room: properties, roles, and what becomes of the room itself (client-server API, sections 8.5 and 13). */
import type { Loss } from "../loss.ts";
import type { Mapped, MappedEvent, PlatformUser, PropertyValue } from "../mapping.ts";
import { plainFlat } from "../markup/flat.ts";
import { textMessage } from "../message.ts";
import type { MatrixInbound } from "./context.ts";
import { type MatrixEvent, objectAt, textAt, textsAt } from "./event.ts";
import { ID_OCTETS, LIST_ENTRIES } from "./limits.ts";
import { isMxc } from "./mxc.ts";
import { person } from "./people.ts";
import { powerLevels, powerOf, roleOf, speakingOf } from "./power.ts";
import { readMember } from "./read-member.ts";
import { cleaned } from "./strings.ts";
import { loss, lost, mapped } from "./result.ts";

/** `key` is the state key. */
export function readState(event: MatrixEvent, key: string, context: MatrixInbound): MappedEvent {
  if (event.type === "m.room.member") return readMember(event, key, context);
  const sender = person(event.sender, context);
  if (event.type === "m.beacon_info" || event.type === "org.matrix.msc3672.beacon_info")
    return readBeacon(event, sender);
  // Everything else has one value in a room, under the empty key.
  if (key !== "") return lost("not_bridged", event.type);
  switch (event.type) {
    case "m.room.name":
      return property(sender, "name", textAt(event.content, "name") ?? "");
    case "m.room.topic":
      return property(sender, "topic", topicOf(event));
    case "m.room.avatar":
      return readAvatar(event, sender);
    case "m.room.pinned_events":
      return readPins(event, sender, context);
    case "m.room.power_levels":
      return readPowers(event, sender, context);
    case "m.room.tombstone":
      return mapped({
        kind: "room",
        change: "moved",
        to: replacementOf(event),
        reason: cleaned(textAt(event.content, "body") ?? "").text,
      });
    case "m.room.encryption":
      return {
        events: [{ kind: "private", sender, encrypted: true }],
        losses: [loss("encrypted_not_relayed", "the room's messages are encrypted from now on")],
      };
    default:
      return lost("not_bridged", event.type);
  }
}

function property(sender: PlatformUser, name: PropertyValue["name"], value: string): MappedEvent {
  const { text, losses } = cleaned(value);
  return mapped({ kind: "property", sender, property: { name, item: "", value: text } }, losses);
}

function readAvatar(event: MatrixEvent, sender: PlatformUser): MappedEvent {
  const url = textAt(event.content, "url") ?? "";
  if (url !== "" && !isMxc(url)) return lost("event_unreadable", "an avatar elsewhere than at a homeserver");
  return property(sender, "avatar", url);
}

/** The room's id has no server name in it from room version 12 on. */
function replacementOf(event: MatrixEvent): string | null {
  const room = textAt(event.content, "replacement_room") ?? "";
  const isId = room.startsWith("!") && Buffer.byteLength(room, "utf8") <= ID_OCTETS && !/\p{Cc}/u.test(room);
  return isId ? room : null;
}

/** The older field stands for the text; rooms that set only the newer one are read by its plain form. */
function topicOf(event: MatrixEvent): string {
  const topic = textAt(event.content, "topic");
  if (topic !== null) return topic;
  const forms = objectAt(event.content, "m.topic")?.["m.text"];
  if (!Array.isArray(forms)) return "";
  for (const form of forms.slice(0, LIST_ENTRIES)) {
    const entry = objectAt({ form: form as unknown }, "form");
    const type = entry?.["mimetype"] ?? "text/plain";
    if (entry !== null && type === "text/plain") return textAt(entry, "body") ?? "";
  }
  return "";
}

function readPins(event: MatrixEvent, sender: PlatformUser, context: MatrixInbound): MappedEvent {
  const before = new Set(context.pinned);
  const now = new Set(textsAt(event.content, "pinned", LIST_ENTRIES));
  const events: Mapped[] = [];
  const losses: Loss[] = [];
  const change = (eventId: string, value: string): void => {
    const message = context.message(eventId);
    if (message === null) losses.push(loss("target_unknown", `pin of ${eventId}`));
    else events.push({ kind: "property", sender, property: { name: "pins", item: message.root, value } });
  };
  for (const eventId of now) if (!before.has(eventId)) change(eventId, "true");
  for (const eventId of before) if (!now.has(eventId)) change(eventId, "");
  return { events, losses };
}

function readPowers(event: MatrixEvent, by: PlatformUser, context: MatrixInbound): MappedEvent {
  const before = powerLevels(context.powerLevels);
  const now = powerLevels(event.content);
  const events: Mapped[] = [];
  for (const user of new Set([...before.users.keys(), ...now.users.keys()])) {
    const role = roleOf(powerOf(user, now, context.creators));
    if (role !== roleOf(powerOf(user, before, context.creators)))
      events.push({ kind: "role", user: person(user, context), role, by });
  }
  const was = speakingOf(before);
  const is = speakingOf(now);
  for (const name of ["moderated", "read-only"] as const)
    if ((was === name) !== (is === name))
      events.push({
        kind: "property",
        sender: by,
        property: { name, item: "", value: is === name ? "true" : "false" },
      });
  return { events, losses: [] };
}

/** A live location is told once: its updates would be a stream. */
function readBeacon(event: MatrixEvent, sender: PlatformUser): MappedEvent {
  if (event.content["live"] !== true) return lost("not_bridged", "the end of a live location");
  const { text } = cleaned(textAt(event.content, "description") ?? "");
  const told = plainFlat(text === "" ? "Shares a live location" : `Shares a live location: ${text}`);
  return mapped({ kind: "message", sender, native: event.id, message: textMessage(told, "notice") }, [
    loss("location_as_text", "live"),
  ]);
}
