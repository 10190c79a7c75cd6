/** How well each platform carries what is about rooms and people. */
import { both, fallback, full, type Levels, not, partial, ways } from "./level.ts";
import type { FeatureKey } from "./titles.ts";

const nowhere: Levels = { slack: both(not), matrix: both(not), xmpp: both(not) };
const notSlack: Levels = { slack: both(not), matrix: both(full), xmpp: both(full) };
const noted = fallback("room_change_noted");

export const roomLevels = {
  "read-marker": notSlack,
  "delivery-receipt": nowhere,
  typing: notSlack,
  presence: notSlack,
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
  "join-leave": { slack: ways(full, not), matrix: both(full), xmpp: both(full) },
  invite: { slack: ways(full, partial("member_unsupported")), matrix: both(full), xmpp: both(full) },
  kick: {
    slack: ways(fallback({ says: "it can't be told from a leave" }), partial("member_unsupported")),
    matrix: both(full),
    xmpp: both(full),
  },
  ban: {
    slack: ways(not, fallback({ says: "a kick; the gateway keeps who is banned" })),
    matrix: both(full),
    xmpp: ways(full, partial("member_unsupported")),
  },
  knock: {
    slack: both(not),
    matrix: ways(full, fallback({ says: "a line of text says so" })),
    xmpp: ways(full, fallback({ says: "a line of text says so" })),
  },
  roles: {
    slack: both(not),
    matrix: ways(full, partial("role_unsupported")),
    xmpp: ways(full, partial("role_unsupported")),
  },
  "moderated-room": notSlack,
  "announcement-room": notSlack,
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
