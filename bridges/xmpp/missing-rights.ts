/** What the gateway lacks in a room so that people of other platforms can speak there by ghosts of their own (XEP-0045, section 5). */
import type { RoomInfo } from "./room-info.ts";

export interface MissingRight {
  readonly what: string;
  readonly remedy: string;
}

/** `standing`: what the room says that the gateway is there; `gateway`: its bare JID. */
export function missingRights(
  { moderated, membersOnly }: Pick<RoomInfo, "moderated" | "membersOnly">,
  { affiliation, role }: { readonly affiliation: string; readonly role: string },
  gateway: string,
): readonly MissingRight[] {
  const missing: MissingRight[] = [];
  if (role === "visitor")
    missing.push({ what: "the gateway may not speak there", remedy: `give ${gateway} voice` });
  const relays = "people of other platforms speak through the gateway's own nick";
  if (membersOnly && !["owner", "admin"].includes(affiliation))
    missing.push({
      what: `members only: ${relays}`,
      remedy: `make ${gateway} an admin, so that it can let them in`,
    });
  // Where a newcomer without any rights has voice, so have ghosts.
  const newcomersSpeak = affiliation === "none" && role === "participant";
  if (moderated && role !== "moderator" && !newcomersSpeak)
    missing.push({
      what: `moderated: ${relays}`,
      remedy: `make ${gateway} a moderator, so that it can give them voice`,
    });
  return missing;
}

/** For whoever links the room. */
export const warningsOf = (missing: readonly MissingRight[]): readonly string[] =>
  missing.map(({ what, remedy }) => `${what}; ${remedy}`);
