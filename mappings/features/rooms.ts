/** How well each platform carries what is about rooms and people. */
import { both, fallback, full, type Levels, not, partial, ways } from "./level.ts";
import type { FeatureKey } from "./titles.ts";

const nowhere: Levels = { slack: both(not), matrix: both(not), xmpp: both(not) };
const notSlack: Levels = { slack: both(not), matrix: both(full), xmpp: both(full) };
const noted = fallback("room_change_noted");
/** Who is in a Matrix room, and with which rights, is for that room's own moderators to say: nothing from elsewhere changes it. */
const byGoing = fallback({ says: "he goes from the other rooms, where he may come back by speaking" });
const ghostsOnly = partial({
  says: "his ghost goes; people of the homeserver stay, for their rooms' moderators to put out",
});

export const roomLevels = {
  "read-marker": notSlack,
  "delivery-receipt": nowhere,
  typing: notSlack,
  // Synapse tells of everybody's presence all the time: far more than what people say.
  presence: { slack: both(not), matrix: both(not), xmpp: both(full) },
  "room-name": {
    slack: ways(full, partial("property_shortened")),
    matrix: both(full),
    xmpp: both(full),
  },
  topic: { slack: ways(full, partial("property_shortened")), matrix: both(full), xmpp: both(full) },
  "room-avatar": notSlack,
  pins: {
    slack: both(full),
    matrix: both(full),
    xmpp: ways(not, fallback({ says: "a line of text says so" })),
  },
  bookmarks: nowhere,
  "join-leave": {
    slack: ways(full, not),
    matrix: both(partial({ says: "whoever comes is seen when he first says something" })),
    xmpp: both(full),
  },
  // Nobody is invited elsewhere by being invited here: he comes by speaking. Ghosts are invited by the gateway alone.
  invite: { slack: ways(full, partial("member_unsupported")), matrix: both(not), xmpp: both(full) },
  kick: {
    slack: ways(fallback({ says: "it can't be told from a leave" }), partial("member_unsupported")),
    matrix: ways(byGoing, ghostsOnly),
    xmpp: both(full),
  },
  ban: {
    slack: ways(not, fallback({ says: "a kick; the gateway keeps who is banned" })),
    matrix: ways(byGoing, ghostsOnly),
    xmpp: ways(full, partial("member_unsupported")),
  },
  knock: {
    slack: both(not),
    // A knock asks the moderators of one room.
    matrix: both(not),
    xmpp: ways(full, fallback({ says: "a line of text says so" })),
  },
  roles: {
    slack: both(not),
    // Power in one room gives nobody rights elsewhere, and a group's roles give no power in a room.
    matrix: both(not),
    xmpp: ways(full, partial("role_unsupported")),
  },
  // What a Matrix room asks of speakers holds for its ghosts, too, and for nobody elsewhere.
  "moderated-room": {
    slack: both(not),
    matrix: ways(not, partial({ says: "ghosts have a voice there where their group lets them speak" })),
    xmpp: both(full),
  },
  "announcement-room": {
    slack: both(not),
    matrix: ways(not, partial({ says: "a moderated room" })),
    xmpp: both(full),
  },
  "display-name": {
    slack: ways(full, partial({ says: "earlier messages keep the earlier name" })),
    matrix: both(full),
    xmpp: both(full),
  },
  "user-avatar": {
    slack: ways(full, partial({ says: "earlier messages keep the earlier picture" })),
    matrix: both(full),
    xmpp: both(full),
  },
  "room-end": { slack: ways(full, noted), matrix: ways(full, noted), xmpp: ways(full, noted) },
  "encrypted-room": {
    slack: both(not),
    matrix: ways(fallback("encrypted_not_relayed"), not),
    xmpp: ways(fallback("encrypted_not_relayed"), not),
  },
  "private-message": {
    slack: both(not),
    matrix: both(not),
    xmpp: ways(fallback("private_not_relayed"), not),
  },
} as const satisfies Partial<Record<FeatureKey, Levels>>;
