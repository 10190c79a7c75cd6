/** m.room.power_levels: what a member may do (client-server API, section 8.5), and the roles that follow from it. */
import { z } from "zod";
import type { Role } from "../mapping.ts";
import type { MatrixContent } from "./calls.ts";
import { LIST_ENTRIES } from "./limits.ts";
import { once } from "./once.ts";

/** From here on a member counts as an owner, and as a moderator, who speaks in rooms of announcements. */
export const OWNER_POWER = 100;
export const MODERATOR_POWER = 50;
/** A member who may speak in a moderated room, and one who may not even elsewhere. */
export const VOICE_POWER = 1;
export const VISITOR_POWER = -1;

/** Old rooms write powers as text. */
const power = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d{1,15}$/)
      .transform(Number),
  ])
  .refine(Number.isSafeInteger);
const optional = power.optional().catch(undefined);

const schema = z.object({
  users: z.record(z.string(), z.unknown()).catch({}),
  users_default: optional,
  events_default: optional,
  redact: optional,
  notifications: z.object({ room: optional }).catch({ room: undefined }),
});

export interface PowerLevels {
  readonly users: ReadonlyMap<string, number>;
  readonly usersDefault: number;
  readonly eventsDefault: number;
  readonly redact: number;
  readonly notifyRoom: number;
}

/** The powers that `content` sets, with the standard's defaults for what it leaves out. */
export const powerLevels = (content: MatrixContent | null): PowerLevels => levelsIn(content ?? NO_CONTENT);

const NO_CONTENT: MatrixContent = {};

const levelsIn = once((content): PowerLevels => {
  const parsed = schema.safeParse(content);
  const users = new Map<string, number>();
  const levels = parsed.success ? parsed.data : null;
  for (const [user, value] of Object.entries(levels?.users ?? {}).slice(0, LIST_ENTRIES)) {
    const level = power.safeParse(value);
    if (level.success) users.set(user, level.data);
  }
  return {
    users,
    usersDefault: levels?.users_default ?? 0,
    eventsDefault: levels?.events_default ?? 0,
    redact: levels?.redact ?? MODERATOR_POWER,
    notifyRoom: levels?.notifications.room ?? MODERATOR_POWER,
  };
});

/** Creators have all power from room version 12 on; earlier rooms list them, and `creators` is empty. */
export function powerOf(user: string, levels: PowerLevels, creators: readonly string[]): number {
  return creators.includes(user) ? Infinity : (levels.users.get(user) ?? levels.usersDefault);
}

/** Mapped down only: nobody has more rights elsewhere than here. */
export function roleOf(level: number): Role {
  if (level >= OWNER_POWER) return "owner";
  if (level >= MODERATOR_POWER) return "moderator";
  return level >= 0 ? "member" : "visitor";
}

/** What the room asks of who wants to speak: `moderated` voice, `read-only` the power of a moderator. */
export function speakingOf(levels: PowerLevels): "open" | "moderated" | "read-only" {
  if (levels.eventsDefault <= levels.usersDefault) return "open";
  return levels.eventsDefault >= MODERATOR_POWER ? "read-only" : "moderated";
}
