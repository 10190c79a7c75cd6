/** Properties and roles as state events, set by the gateway's own user (client-server API, sections 8.5 and 11). */
import { parseEventId } from "../ids.ts";
import type { Outgoing, RoomMessage, Written } from "../mapping.ts";
import type { MatrixCall, MatrixContent } from "./calls.ts";
import type { MatrixCapabilities, MatrixOutbound } from "./context.ts";
import { objectAt } from "./event.ts";
import type { LossCode } from "../loss.ts";
import { LIST_ENTRIES, NAME_CHARACTERS, TOPIC_CHARACTERS } from "./limits.ts";
import { MODERATOR_POWER, powerLevels, roleOf, speakingOf, VISITOR_POWER, VOICE_POWER } from "./power.ts";
import { loss } from "./result.ts";
import { cleaned } from "./strings.ts";

type OutgoingProperty = Extract<Outgoing, { kind: "property" }>;
type OutgoingRole = Extract<Outgoing, { kind: "role" }>;

export function writeProperty(
  { property }: OutgoingProperty,
  capabilities: MatrixCapabilities,
  context: MatrixOutbound,
): Written<MatrixCall> {
  const { name, item, value } = property;
  if (!capabilities.properties.includes(name)) return refused("property_unsupported", name);
  switch (name) {
    case "name":
      return worded("m.room.name", value, NAME_CHARACTERS, (text) => ({ name: text }));
    case "topic":
      return worded("m.room.topic", value, TOPIC_CHARACTERS, (text) => ({
        topic: text,
        "m.topic": { "m.text": [{ body: text, mimetype: "text/plain" }] },
      }));
    case "avatar": {
      if (value === "") return state("m.room.avatar", {});
      const { native } = context.media(value);
      return native === null
        ? refused("property_unsupported", name)
        : state("m.room.avatar", { url: native });
    }
    case "pins":
      return writePin(item, value, context);
    case "moderated":
    case "read-only":
      return writeSpeaking(name, value === "true", context);
  }
}

function state(type: string, content: MatrixContent): Written<MatrixCall> {
  return { calls: [{ kind: "state", type, stateKey: "", content }], losses: [] };
}

function refused(code: LossCode, detail: string): Written<MatrixCall> {
  return { calls: [], losses: [loss(code, detail)] };
}

function worded(
  type: string,
  value: string,
  most: number,
  contentOf: (text: string) => MatrixContent,
): Written<MatrixCall> {
  const { text } = cleaned(value);
  const characters = Array.from(text);
  const short = characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : text;
  const { calls } = state(type, contentOf(short));
  return { calls, losses: short === value ? [] : [loss("property_shortened", type)] };
}

/** The list is written as a whole: as it stands, with the message's first part added or taken out. */
function writePin(item: string, value: string, context: MatrixOutbound): Written<MatrixCall> {
  const message = context.pinned.length >= LIST_ENTRIES && value !== "" ? null : messageOf(item, context);
  const eventId = message?.parts[0]?.native;
  if (eventId === undefined) return refused("target_unknown", "pin");
  const others = context.pinned.filter((pinned) => pinned !== eventId);
  if (value === "" && others.length === context.pinned.length) return { calls: [], losses: [] };
  if (value !== "" && others.length < context.pinned.length) return { calls: [], losses: [] };
  return state("m.room.pinned_events", { pinned: value === "" ? others : [...others, eventId] });
}

function messageOf(item: string, context: MatrixOutbound): RoomMessage | null {
  const id = parseEventId(item);
  return id === null ? null : context.message(id);
}

/** What one asks of speakers is taken back only where it is what the room asks now. */
function writeSpeaking(
  name: "moderated" | "read-only",
  on: boolean,
  context: MatrixOutbound,
): Written<MatrixCall> {
  if (context.powerLevels === null) return refused("property_unsupported", name);
  const levels = powerLevels(context.powerLevels);
  if ((speakingOf(levels) === name) === on) return { calls: [], losses: [] };
  const needed = name === "read-only" ? MODERATOR_POWER : levels.usersDefault + VOICE_POWER;
  const events_default = on ? needed : levels.usersDefault;
  return state("m.room.power_levels", { ...context.powerLevels, events_default });
}

/** Ghosts get the power of a moderator at most; native users' power is their own room's affair. */
export function writeRole(
  { user, role }: OutgoingRole,
  capabilities: MatrixCapabilities,
  context: MatrixOutbound,
): Written<MatrixCall> {
  const { native } = context.user(user.uri);
  if (!capabilities.roles || !context.isRemote(user.uri) || native === null || context.powerLevels === null)
    return refused("role_unsupported", role);
  const levels = powerLevels(context.powerLevels);
  const level = roleLevels[role];
  if (level === null) return refused("role_unsupported", role);
  const now = levels.users.get(native) ?? levels.usersDefault;
  const wanted = level === "default" ? levels.usersDefault : level;
  if (now === wanted || (roleOf(now) === role && role !== "member")) return { calls: [], losses: [] };
  const users: Record<string, unknown> = { ...objectAt(context.powerLevels, "users") };
  delete users[native];
  if (level !== "default") users[native] = level;
  const { calls } = state("m.room.power_levels", { ...context.powerLevels, users });
  const lowered =
    role === "owner" || role === "admin" ? [loss("role_unsupported", `${role} as moderator`)] : [];
  return { calls, losses: lowered };
}

/** null: no power level says it; a ban is a membership. */
const roleLevels: Readonly<Record<OutgoingRole["role"], number | "default" | null>> = {
  owner: MODERATOR_POWER,
  admin: MODERATOR_POWER,
  moderator: MODERATOR_POWER,
  member: "default",
  visitor: VISITOR_POWER,
  banned: null,
};
