/** What was read, as an entry of a group's log that a room is to show. */
import type { EventId } from "../../mappings/ids.ts";
import type { Author, Outgoing, PlatformUser } from "../../mappings/mapping.ts";
import type { Mapped } from "../../mappings/mapping.ts";
import type { Reading } from "./reading.ts";

/** The same event by URIs instead of native ids; null: private, so that nobody else gets it. */
export function outgoing(event: Mapped, id: EventId, reading: Reading): Outgoing | null {
  const author = ({ native, name }: PlatformUser): Author => ({ uri: reading.uriOf(native), name });
  const anybody = (user: PlatformUser | null): Author | null => user && author(user);
  switch (event.kind) {
    case "message":
      return { kind: "message", id, author: author(event.sender), message: event.message };
    case "property":
      return { kind: "property", author: anybody(event.sender), property: event.property };
    case "member":
      return { ...event, user: author(event.user), by: anybody(event.by) };
    case "role":
      return { ...event, user: author(event.user), by: anybody(event.by) };
    case "profile":
    case "marker":
    case "typing":
    case "presence":
      return { ...event, user: author(event.user) };
    case "room":
      return event;
    case "private":
      return null;
  }
}
