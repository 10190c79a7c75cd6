/** People who are called otherwise than before, or have another picture. */
import type { BridgeHost } from "../../core/bridge/host.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import { shownName } from "../../mappings/matrix/names.ts";
import { pictureAddressOf } from "./files.ts";
import type { Told } from "./kept-event.ts";
import type { OwnUsers } from "./names.ts";
import { lookIn } from "./people.ts";

export interface RenamedOptions {
  readonly own: OwnUsers;
  readonly host: Pick<BridgeHost, "profile">;
  /** Where the homeserver is. */
  readonly homeserver: string;
  readonly log: Logger;
}

/** Tells whoever has met a member how he is called and looks now, by the event that says so. Not waited for. */
export function renamed({ event }: Told, { own, host, homeserver, log }: RenamedOptions): void {
  const user = event.state ?? "";
  if (own.isOurs(user)) return;
  const { name, picture } = lookIn(event.content);
  const avatar = pictureAddressOf(picture, homeserver);
  host.profile({ native: user, name: shownName(name, user), avatar }).catch((thrown: unknown) => {
    log.warn({ user, err: asGatewayError(thrown) }, "a new name could not be noted");
  });
}
