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
const ghostGoes = partial({ says: "his ghost goes; people of the room's own service stay" });

export const roomLevels = {
  "read-marker": notSlack,
  "delivery-receipt": nowhere,
  typing: notSlack,
  // Synapse tells of everybody's presence all the time: far more than what people say.
  presence: nowhere,
  "room-name": {
    slack: ways(full, partial("property_shortened")),
    matrix: both(full),
    xmpp: both(full),
  },
  topic: { slack: ways(full, partial("property_shortened")), matrix: both(full), xmpp: both(full) },
  "room-avatar": {
    slack: both(not),
    matrix: both(full),
    xmpp: ways(full, partial({ says: "of up to 64 KiB, where the service has pictures of rooms" })),
  },
  pins: {
    slack: both(full),
    matrix: both(full),
    xmpp: ways(not, fallback({ says: "a line of text says so" })),
  },
  bookmarks: nowhere,
  // Who is in a channel or a MUC, and who comes and goes, is not told elsewhere: whoever says something is seen then.
  "join-leave": {
    slack: both(not),
    matrix: both(partial({ says: "whoever comes is seen when he first says something" })),
    xmpp: ways(not, full),
  },
  // Nobody is invited elsewhere by being invited here: he comes by speaking. Ghosts are invited by the gateway alone.
  invite: nowhere,
  kick: { slack: both(not), matrix: ways(byGoing, ghostsOnly), xmpp: ways(not, ghostGoes) },
  ban: { slack: both(not), matrix: ways(byGoing, ghostsOnly), xmpp: ways(not, ghostGoes) },
  // A knock asks the moderators of one room, and power in one room gives nobody rights elsewhere.
  knock: nowhere,
  roles: nowhere,
  // What a Matrix room asks of speakers holds for its ghosts, too, and for nobody elsewhere.
  "moderated-room": {
    slack: both(not),
    matrix: ways(not, partial({ says: "ghosts have a voice there where their group lets them speak" })),
    xmpp: ways(not, partial({ says: "ghosts have a voice there where their group lets them speak" })),
  },
  "announcement-room": {
    slack: both(not),
    matrix: ways(not, partial({ says: "a moderated room" })),
    xmpp: both(not),
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
