/** What a bridge asks its core for, of a core that knows nothing. */
import type { Lookups } from "../../core/bridge/inbound.ts";
import type { UserUri } from "../../mappings/ids.ts";

export const unknowing: Lookups = {
  bots: null,
  messages: () => Promise.resolve([]),
  reactions: () => Promise.resolve([]),
  pins: () => Promise.resolve([]),
  votes: () => Promise.resolve([]),
  group: () => Promise.resolve(null),
  knows: () => Promise.resolve(false),
  carriedBefore: () => false,
  standing: () => Promise.resolve([]),
  beside: () => Promise.resolve([]),
  named: () => Promise.resolve([]),
  user: (native) => `mimi://xmpp.mimi.test/u/${Buffer.from(native).toString("hex")}` as UserUri,
};
