/** Matrix users as the gateway names them. */
import type { PlatformUser } from "../mapping.ts";
import type { MatrixInbound } from "./context.ts";
import { shownName } from "./names.ts";

/** The user, by the name that the room shows. */
export function person(user: string, context: MatrixInbound): PlatformUser {
  return { native: user, name: shownName(context.user(user)?.name, user) };
}
