/** What a bridge asks its core for, of a core that knows nothing. */
import type { Lookups } from "../../core/bridge.ts";
import type { UserUri } from "../../mappings/ids.ts";

export const unknowing: Lookups = {
  messages: () => Promise.resolve([]),
  reactions: () => Promise.resolve([]),
  user: (native) => `mimi://xmpp.mimi.test/u/${Buffer.from(native).toString("hex")}` as UserUri,
};
