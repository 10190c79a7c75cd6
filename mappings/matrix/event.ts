/** The shape of a Matrix event as an application service gets it. Fields of a wrong type count as missing. */
import { z } from "zod";
import { ID_OCTETS } from "./limits.ts";

const text = z.string().optional().catch(undefined);
const object = z.record(z.string(), z.unknown());

const envelope = z.object({
  type: z.string().min(1).max(ID_OCTETS),
  sender: z.string().max(ID_OCTETS).catch(""),
  event_id: z.string().max(ID_OCTETS).optional().catch(undefined),
  state_key: z.string().optional(),
  content: object.catch({}),
  origin_server_ts: z.number().catch(0),
  redacts: text,
  unsigned: z
    .object({
      prev_content: object.optional().catch(undefined),
      redacted_because: object.optional().catch(undefined),
    })
    .catch({}),
});

/** An event with what every reader needs; `state` is null for one that is no state. */
export interface MatrixEvent {
  readonly type: string;
  readonly sender: string;
  readonly id: string | null;
  readonly state: string | null;
  readonly content: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970, as the sender's server says. */
  readonly at: number;
  readonly redacts: string | null;
  readonly previous: Readonly<Record<string, unknown>> | null;
  readonly redacted: boolean;
}

/** The event, or null where it has not the shape of one. */
export function parseEvent(event: unknown): MatrixEvent | null {
  const parsed = envelope.safeParse(event);
  if (!parsed.success) return null;
  const { type, sender, event_id, state_key, content, origin_server_ts, redacts, unsigned } = parsed.data;
  return {
    type,
    sender,
    id: event_id ?? null,
    state: state_key ?? null,
    content,
    at: origin_server_ts,
    redacts: redacts ?? null,
    previous: unsigned.prev_content ?? null,
    redacted: unsigned.redacted_because !== undefined,
  };
}

const relation = z.object({
  rel_type: text,
  event_id: text,
  key: text,
  is_falling_back: z.boolean().optional().catch(undefined),
  "m.in_reply_to": z.object({ event_id: z.string() }).optional().catch(undefined),
});

export interface Relation {
  /** Empty: none. */
  readonly type: string;
  readonly target: string | null;
  readonly key: string | null;
  readonly fallingBack: boolean;
  readonly replyTo: string | null;
}

const unrelated: Relation = { type: "", target: null, key: null, fallingBack: false, replyTo: null };

/** What `m.relates_to` says. */
export function relationOf(content: Readonly<Record<string, unknown>>): Relation {
  if (content["m.relates_to"] === undefined) return unrelated;
  const parsed = relation.safeParse(content["m.relates_to"]);
  if (!parsed.success) return unrelated;
  return {
    type: parsed.data.rel_type ?? "",
    target: parsed.data.event_id ?? null,
    key: parsed.data.key ?? null,
    fallingBack: parsed.data.is_falling_back ?? false,
    replyTo: parsed.data["m.in_reply_to"]?.event_id ?? null,
  };
}

/** The value of `key` where it is text, else null. */
export function textAt(content: Readonly<Record<string, unknown>>, key: string): string | null {
  const value = Object.hasOwn(content, key) ? content[key] : undefined;
  return typeof value === "string" ? value : null;
}

/** The value of `key` where it is an object, else null. */
export function objectAt(
  content: Readonly<Record<string, unknown>>,
  key: string,
): Readonly<Record<string, unknown>> | null {
  const value = Object.hasOwn(content, key) ? content[key] : undefined;
  return isObject(value) ? value : null;
}

/** Not by a schema: it is asked several times for each event, and most often there is none. */
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The texts in the list at `key`, at most `most` of them. */
export function textsAt(
  content: Readonly<Record<string, unknown>>,
  key: string,
  most: number,
): readonly string[] {
  const value = Object.hasOwn(content, key) ? content[key] : undefined;
  if (!Array.isArray(value)) return [];
  return value.slice(0, most).filter((entry: unknown): entry is string => typeof entry === "string");
}
