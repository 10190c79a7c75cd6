import { DeliveryError } from "../../core/bridge/outbound.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { octets } from "../../mappings/xmpp/elements.ts";
import type { XmlElement } from "../../mappings/xml.ts";
import { resource } from "./names.ts";
import type { Entry } from "./occupancy.ts";
import { StanzaError } from "./stream.ts";
import { streamLimits } from "./stream-limits.ts";
import { attribute, type Element } from "./xml.ts";

/** How long a server that asks to wait without a figure, or can't be reached, is left alone. */
const WAIT_MS = 5_000;

/** That whoever has sent it is not in the room, or that there is no such room now (XEP-0045, section 7.4). */
export const NOT_IN: ReadonlySet<string> = new Set(["not-acceptable", "item-not-found", "gone"]);
/** That the room can't be reached now. */
const AWAY: ReadonlySet<string> = new Set([
  "remote-server-not-found",
  "remote-server-timeout",
  "service-unavailable",
]);

/** Whether a room refuses a message of ours since its sender is not in it. */
export const saysNotIn = (stanza: Element): boolean =>
  isOfRoom(stanza) && NOT_IN.has(new StanzaError(stanza).condition);

/** Not of one of its occupants, who may be gone while the room is there. */
const isOfRoom = (stanza: Element): boolean => resource(attribute(stanza, "from") ?? "") === "";

/** What a room's error on a message of ours means for its delivery (RFC 6120, section 8.3.2; XEP-0045). */
export function refusal(stanza: Element): DeliveryError {
  const error = new StanzaError(stanza);
  const detail = error.text === "" ? error.condition : `${error.condition} (${error.text})`;
  if (isOfRoom(stanza)) {
    // It is entered again before the next try.
    if (NOT_IN.has(error.condition))
      return certain("delivery_refused", `the room says that we are not in it: ${detail}`, "backoff");
    // However long that lasts: what is said meanwhile waits.
    if (AWAY.has(error.condition)) return later("account_down", `the room can't be reached: ${detail}`);
  }
  switch (error.condition) {
    case "forbidden":
      return certain(
        "delivery_forbidden",
        `the room does not let us speak: ${detail}; give us voice there`,
        "never",
      );
    case "policy-violation":
    case "resource-constraint":
      return later("delivery_throttled", `the server asks to slow down: ${detail}`);
    default:
      return certain(
        "delivery_refused",
        `the room refused: ${detail}`,
        error.type === "wait" ? "backoff" : "never",
      );
  }
}

/** One stanza beyond the server's limit would end the stream, and with it what is under way in all rooms. */
export function refuseTooLong(payload: readonly XmlElement[]): DeliveryError | null {
  const most = streamLimits.sentTextBytes;
  const length = octets(payload);
  if (length <= most) return null;
  const detail = `the message has up to ${length} bytes in XML, and servers take about ${most}; say it in parts`;
  return certain("delivery_refused", detail, "never");
}

/** What a room's error on a request of ours means for its delivery: what it can't do for now is asked for again. */
export function requestRefusal(thrown: unknown): DeliveryError {
  if (!(thrown instanceof StanzaError)) {
    const { code, detail } = asGatewayError(thrown);
    // Doing the same again is harmless, so it need not be asked for; a room that never answers holds up nobody for ever.
    const verdict =
      code === "request_timeout"
        ? ({ certainty: "certain", retry: "backoff" } as const)
        : ({ certainty: "certain", retry: "after", afterMs: 2_000 } as const);
    return new DeliveryError(code, detail, verdict, { cause: thrown });
  }
  const { condition, type, text } = thrown;
  const detail = text === "" ? condition : `${condition} (${text})`;
  if (condition.startsWith("remote-server-"))
    return later("account_down", `the room can't be reached: ${detail}`);
  if (condition === "policy-violation" || condition === "resource-constraint")
    return later("delivery_throttled", `the server asks to slow down: ${detail}`);
  if (type === "wait") return certain("delivery_refused", `the room can't do that now: ${detail}`, "backoff");
  return certain("delivery_forbidden", `the room does not let the gateway do that: ${detail}`, "never");
}

/**
 * The same where all else in the room waits for the request: only while nothing at all gets there it waits for that, and is otherwise
 * tried a few times.
 */
export function countedRefusal(thrown: unknown): DeliveryError {
  const error = thrown instanceof DeliveryError ? thrown : requestRefusal(thrown);
  if (error.retry !== "after" || error.code === "account_down") return error;
  const verdict = { certainty: error.certainty, retry: "backoff" } as const;
  return new DeliveryError(error.code, error.detail, verdict, { cause: thrown });
}

const later = (code: "account_down" | "delivery_throttled", detail: string) =>
  new DeliveryError(code, detail, { certainty: "certain", retry: "after", afterMs: WAIT_MS });

/** The gateway is not in the room now; `unknown`: what was under way may have been made before. */
export const notEntered = (room: NativeRoom, certainty: "certain" | "unknown"): DeliveryError =>
  new DeliveryError("account_down", `${room} is not entered yet`, {
    certainty,
    retry: "after",
    afterMs: 2_000,
  });

/** It has certainly not been done. */
export const certain = (
  code: "delivery_forbidden" | "delivery_refused",
  detail: string,
  retry: "never" | "backoff",
): DeliveryError => new DeliveryError(code, detail, { certainty: "certain", retry });

const remedies: Partial<Record<string, string>> = {
  forbidden: "the gateway is banned there: lift the ban",
  "registration-required": "members only: make the gateway's address a member",
  "not-authorized":
    "it has a password, and not the one that the gateway has: `mimi-gateway secrets room-password ACCOUNT:ROOM`",
  conflict: "every nick that the gateway would take is taken",
  "item-not-found": "there is no such room",
  "not-allowed": "there is no such room, and it may not be made",
  gone: "it was destroyed: unlink it",
  "not-acceptable": "the room does not let the gateway have its nick: set another one, or register it",
  "jid-malformed": "the room does not take the gateway's nick: set another one",
  "remote-server-not-found": "its server can't be found",
  "remote-server-timeout": "its server does not answer",
  "resource-constraint": "the server has too much to do; it is tried again",
  "service-unavailable": "it is full, or there is no such service",
};

/** Why a room can't be entered, and what helps (XEP-0045, section 7.2). */
export function unreachable(room: NativeRoom, entry: Extract<Entry, { entered: false }>): GatewayError {
  const remedy = remedies[entry.condition] ?? entry.detail;
  const why = remedy === "" ? entry.condition : `${entry.condition}; ${remedy}`;
  return new GatewayError("room_unreachable", `${room} can't be entered: ${why}`);
}
