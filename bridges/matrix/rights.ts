/** What the gateway lacks in a room to do there all that it can (client-server API, section 8.5, m.room.power_levels). */
import type { Right, RoomState } from "./room-state.ts";

/** What each right is for, where the gateway can do without it. */
const WISHES: readonly (readonly [what: string, right: Right])[] = [
  ["let people of other platforms in", "invite"],
  ["delete what they have deleted", "redact"],
  ["change the name", { state: "m.room.name" }],
  ["change the topic", { state: "m.room.topic" }],
  ["change the picture", { state: "m.room.avatar" }],
  ["pin", { state: "m.room.pinned_events" }],
];

export interface MissingRight {
  readonly what: string;
  /** The power that it takes. */
  readonly level: number;
}

/** What the gateway's own user could do with more power than it has. */
export function missingRights(state: RoomState, bot: string): readonly MissingRight[] {
  return WISHES.flatMap(([what, right]) => {
    // Into a room that is open to all they come by themselves.
    if (state.may(bot, right) || (right === "invite" && state.open)) return [];
    return [{ what, level: state.needed(right) }];
  });
}

/** The rights in words, with the power that each takes. Empty where none is missing. */
export const rightsText = (missing: readonly MissingRight[]): string =>
  missing.map(({ what, level }) => `${what} (power level ${level})`).join(", ");

/** What to do about missing rights. */
export const rightsRemedy = (missing: readonly MissingRight[], bot: string): string =>
  `give ${bot} power level ${Math.max(...missing.map(({ level }) => level))}`;

/** Why nobody but the gateway's own user may speak for people of other platforms; null: they may speak for themselves. */
export function mutes(state: RoomState): string | null {
  const needed = state.needed("send");
  const { usersDefault } = state;
  if (needed <= usersDefault) return null;
  return `people of other platforms may not speak there: it takes power level ${needed}, and theirs is ${usersDefault}`;
}

export const MUTES_REMEDY = "let everybody send messages (the room's settings, Roles & Permissions)";

/** All that whoever links the room should know of what is missing, each with its remedy. */
export function rightsWarnings(state: RoomState, bot: string): readonly string[] {
  const missing = missingRights(state, bot);
  const muted = mutes(state);
  return [
    ...(missing.length === 0 ? [] : [`${bot} may not ${rightsText(missing)}: ${rightsRemedy(missing, bot)}`]),
    ...(muted === null ? [] : [`${muted}; ${MUTES_REMEDY}`]),
  ];
}
