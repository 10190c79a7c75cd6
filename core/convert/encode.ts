/** Events as what a group's log holds: deterministic CBOR and the id of its octets. */
import { encodeContent } from "../../mappings/content/codec.ts";
import type { MimiContent } from "../../mappings/content/content.ts";
import { encodeStatuses, Status } from "../../mappings/content/message-status.ts";
import { encodeMember, encodeProperty } from "../../mappings/event-content.ts";
import { eventId } from "../../mappings/event-id.ts";
import type { EventKind } from "../../mappings/events.ts";
import { propertyNames } from "../../mappings/events.ts";
import type { EventId } from "../../mappings/ids.ts";
import type { Loss, LossCode } from "../../mappings/loss.ts";
import type { Mapped } from "../../mappings/mapping.ts";
import { writeContent } from "../../mappings/message/to-content.ts";
import { GatewayError } from "../errors.ts";
import type { Reading } from "./reading.ts";
import { hashOf, saltOf } from "./stand-ins.ts";

export interface Encoded {
  /** A status report is no entry of the log and has none. */
  readonly id: EventId | null;
  readonly bytes: Uint8Array;
}

export interface Encoding {
  /** null: the log has no such entry. */
  readonly encoded: Encoded | null;
  readonly losses: readonly Loss[];
}

/** The event as it would be stored; `at`: its place in the reading. Throws GatewayError content_invalid. */
export function encodeEvent(event: Mapped, at: number, reading: Reading): Encoding {
  const salt = saltOf(reading.seed, String(at));
  const entry = (kind: EventKind, sender: string, bytes: Uint8Array): Encoding => ({
    encoded: { id: eventId(kind, sender, reading.group, bytes, salt), bytes },
    losses: [],
  });
  switch (event.kind) {
    case "message": {
      const sender = reading.uriOf(event.sender.native);
      const { draft, losses } = writeContent(event.message);
      const bytes = messageBytes({ ...draft, salt, sender, group: reading.group });
      return { ...entry("message", sender, bytes), losses };
    }
    case "property": {
      const name = propertyNames.find((known) => known === event.property.name);
      if (name === undefined) return without("property_unsupported", event.property.name);
      const sender = event.sender === null ? "" : reading.uriOf(event.sender.native);
      return entry(
        "property",
        sender,
        encodeProperty({ name, item: "", value: event.property.value.toWellFormed() }, salt),
      );
    }
    case "member": {
      if (event.action !== "join") return without("member_unsupported", event.action);
      const user = reading.uriOf(event.user.native);
      return entry("member", user, encodeMember({ user, change: "join" }, salt));
    }
    case "marker":
      return {
        encoded: { id: null, bytes: encodeStatuses([{ id: event.upTo, status: Status[event.status] }]) },
        losses: [],
      };
    case "role":
      return without("role_unsupported", event.role);
    case "profile":
      return without("profile_unsupported", "no entry of the log");
    case "typing":
      return without("typing_unsupported", "no entry of the log");
    case "presence":
      return without("presence_unsupported", "no entry of the log");
    case "room":
      return without("room_change_noted", event.change);
    case "private":
      return { encoded: null, losses: [] };
  }
}

/** What an event that the log does not hold is called all the same. */
export function idWithoutEntry(at: number, reading: Reading): EventId {
  return `01${hashOf("event", reading.seed, String(at)).slice(0, 62)}` as EventId;
}

function messageBytes(content: MimiContent): Uint8Array {
  try {
    return encodeContent(content);
  } catch (error) {
    if (error instanceof RangeError)
      throw new GatewayError("content_invalid", error.message, { cause: error });
    throw error;
  }
}

function without(code: LossCode, detail: string): Encoding {
  return { encoded: null, losses: [{ code, detail }] };
}
