import { DeliveryError } from "../../core/bridge/outbound.ts";
import { GatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Entry } from "./occupancy.ts";
import { StanzaError } from "./stream.ts";
import type { Element } from "./xml.ts";

/** How long a server that asks to wait without a figure is left alone. */
const WAIT_MS = 5_000;

/** What a room's error on a message of ours means for its delivery (RFC 6120, section 8.3.2; XEP-0045). */
export function refusal(stanza: Element): DeliveryError {
  const error = new StanzaError(stanza);
  const detail = error.text === "" ? error.condition : `${error.condition} (${error.text})`;
  switch (error.condition) {
    case "forbidden":
      return certain(
        "delivery_forbidden",
        `the room does not let us speak: ${detail}; give us voice there`,
        "never",
      );
    case "not-acceptable":
      // We are not in the room any more; it is entered again before the next try.
      return certain("delivery_refused", `the room says that we are not in it: ${detail}`, "backoff");
    case "policy-violation":
    case "resource-constraint":
      return new DeliveryError("delivery_throttled", `the server asks to slow down: ${detail}`, {
        certainty: "certain",
        retry: "after",
        afterMs: WAIT_MS,
      });
    default:
      return certain(
        "delivery_refused",
        `the room refused: ${detail}`,
        error.type === "wait" ? "backoff" : "never",
      );
  }
}

const certain = (
  code: "delivery_forbidden" | "delivery_refused",
  detail: string,
  retry: "never" | "backoff",
) => new DeliveryError(code, detail, { certainty: "certain", retry });

const remedies: Partial<Record<string, string>> = {
  forbidden: "the gateway is banned there: lift the ban",
  "registration-required": "members only: make the gateway's address a member",
  "not-authorized": "it has a password: rooms with one can't be linked yet",
  conflict: "every nick that the gateway would take is taken",
  "item-not-found": "there is no such room",
  gone: "it was destroyed: unlink it",
  "remote-server-not-found": "its server can't be found",
  "service-unavailable": "it is full, or there is no such service",
};

/** Why a room can't be entered, and what helps (XEP-0045, section 7.2). */
export function unreachable(room: NativeRoom, entry: Extract<Entry, { entered: false }>): GatewayError {
  const remedy = remedies[entry.condition] ?? entry.detail;
  return new GatewayError("room_unreachable", `${room} can't be entered: ${entry.condition}; ${remedy}`);
}
