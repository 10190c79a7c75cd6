/** Reports on what became of messages: application/mimi-message-status (draft-mahy-mimi-message-status-01). */
import { type EventId, parseEventId } from "../ids.ts";
import { readCbor, writeCbor } from "./cbor.ts";
import type { CborValue } from "./cbor-value.ts";
import { ContentError } from "./content-error.ts";
import { atMost, natural } from "./encodable.ts";
import { MAX_STATUSES } from "./limits.ts";

export const MESSAGE_STATUS = "application/mimi-message-status";

/** What became of a message; others, up to 255, are unknown and say nothing. */
export const Status = {
  unread: 0,
  delivered: 1,
  read: 2,
  expired: 3,
  deleted: 4,
  hidden: 5,
  error: 6,
} as const;

export interface MessageStatus {
  readonly id: EventId;
  /** 0 to 255, see Status. */
  readonly status: number;
}

const U8 = 0xff;

/** `[[id, status], ...]`. Throws RangeError where a limit is broken. */
export function encodeStatuses(report: readonly MessageStatus[]): Uint8Array {
  atMost("messages in a report", report.length, MAX_STATUSES);
  return writeCbor(report.map(({ id, status }) => [Buffer.from(id, "hex"), natural("status", status, U8)]));
}

/** Throws ContentError, whatever the bytes. */
export function decodeStatuses(bytes: Uint8Array): readonly MessageStatus[] {
  const document = readCbor(bytes);
  if (!Array.isArray(document)) throw new ContentError("status", "not an array");
  if (document.length > MAX_STATUSES) throw new ContentError("status", `of ${document.length} messages`);
  return (document as readonly CborValue[]).map(readStatus);
}

function readStatus(value: CborValue): MessageStatus {
  const [octets, status] = Array.isArray(value) && value.length === 2 ? (value as readonly CborValue[]) : [];
  const id = octets instanceof Uint8Array ? parseEventId(Buffer.from(octets).toString("hex")) : null;
  if (id === null) throw new ContentError("status", "no id");
  if (typeof status !== "number" || !Number.isInteger(status) || status < 0 || status > U8)
    throw new ContentError("status", "no status");
  return { id, status };
}
