/** People who are called otherwise than before. */
import type { BridgeHost } from "../../core/bridge/host.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import { textAt } from "../../mappings/matrix/event.ts";
import { shownName } from "../../mappings/matrix/names.ts";
import type { Told } from "./kept-event.ts";
import type { OwnUsers } from "./names.ts";

export interface RenamedOptions {
  readonly own: OwnUsers;
  readonly host: Pick<BridgeHost, "profile">;
  readonly log: Logger;
}

/** Tells whoever has met a member how he is called now, by the event that says so. Not waited for. */
export function renamed({ event }: Told, { own, host, log }: RenamedOptions): void {
  const user = event.state ?? "";
  if (own.isOurs(user)) return;
  const named = { native: user, name: shownName(textAt(event.content, "displayname"), user) };
  host.profile(named).catch((thrown: unknown) => {
    log.warn({ user, err: asGatewayError(thrown) }, "a new name could not be noted");
  });
}
