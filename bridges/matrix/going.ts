/** People who go from a group, as their ghosts do from its rooms. */
import type { OutEvent, Plan, RoomContext } from "../../core/bridge/outbound.ts";
import { putsOut } from "../../mappings/events.ts";
import { parseUserUri } from "../../mappings/ids.ts";
import { cutText } from "../../mappings/matrix/draft.ts";
import { loss } from "../../mappings/matrix/result.ts";
import type { OwnUsers } from "./names.ts";

/** Octets of JSON. */
const LONGEST_REASON = 2_048;

/**
 * Whoever is out of the group is taken out of the room where he stands as a ghost. People of this homeserver are in it by
 * themselves: that is for its own moderators to change.
 */
export function planGoing(
  { user: uri, change, reason }: Extract<OutEvent, { kind: "member" }>,
  own: OwnUsers,
  context: RoomContext,
): Plan {
  const user = parseUserUri(uri);
  if (user === null || !putsOut(change)) return { steps: [], losses: [] };
  const args = { ghost: own.ghostOf(user), reason: cutText(reason, LONGEST_REASON) };
  const step = { op: "out", part: null, speaker: null, args };
  const stays = change !== "leave" && context.user(user).native !== null;
  return { steps: [step], losses: stays ? [loss("member_unsupported", change)] : [] };
}
