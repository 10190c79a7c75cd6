/** From events of the wire to what the store takes: the id computed anew, the content read for what it does. */
import { ContentError } from "../../../mappings/content/content-error.ts";
import { type EventContent, readEventContent } from "../../../mappings/event-content.ts";
import { eventId, saltOf } from "../../../mappings/event-id.ts";
import type { EventKind } from "../../../mappings/events.ts";
import type { EventId, GroupUri, UserUri } from "../../../mappings/ids.ts";
import { actOf, plainAct } from "../../../mappings/message-act.ts";
import { fromContent } from "../../../mappings/message/from-content.ts";
import type { Milliseconds } from "../../time.ts";
import { effectOf } from "../../groups/message-effect.ts";
import { limits } from "../../limits.ts";
import type { CarriedEvent } from "../../store/units/carried-events.ts";
import type { RemoteEvent } from "../../store/units/remote-events.ts";
import type { SubmittedEvent } from "../../store/units/submitted.ts";
import { isPlainText } from "./plain-content.ts";
import { PROOF_OCTETS } from "./proof.ts";
import type { Names } from "./value-rows.ts";
import { isEventKind, type LogEvent, MOST_VIA, parseOctets, type SubmittedWireEvent } from "./wire-event.ts";

const OCTET_DIGITS = 2;

interface Identified {
  readonly id: EventId;
  readonly kind: string;
  readonly sender?: string | undefined;
  readonly content?: Uint8Array | undefined;
}

/** Whether the id is that of the event (M46). One of a kind that is not known has whatever first octet it says (M50). */
export function hasItsId({ id, kind, sender = "", content }: Identified, group: GroupUri): boolean {
  const salt = content && saltOf(content);
  if (!content || !salt) return false;
  if (isEventKind(kind)) return eventId(kind, sender, group, content, salt) === id;
  return eventId("opaque", sender, group, content, salt).slice(OCTET_DIGITS) === id.slice(OCTET_DIGITS);
}

type Does = Pick<CarriedEvent, "effect" | "act" | "says">;

const nothing: Does = { effect: { kind: "none" }, act: null, says: null };

function doesOf(content: EventContent): Does {
  if (content.kind === "opaque") return nothing;
  if (content.kind !== "message") return { ...nothing, says: content };
  const message = fromContent(content.content);
  return { effect: effectOf(message), act: actOf(message), says: null };
}

/** Throws ContentError, also where a message says another sender or group than its event. */
function readContent(
  {
    kind,
    sender,
    content,
  }: { readonly kind: EventKind; readonly sender?: string | undefined; readonly content: Uint8Array },
  group: GroupUri,
): EventContent {
  const read = readEventContent(kind, content);
  if (read.kind !== "message") return read;
  if (read.content.sender !== sender) throw new ContentError("sender", "not the event's");
  if (read.content.group !== group) throw new ContentError("group", "not the event's");
  return read;
}

/**
 * An event of an owner's log as the store takes it; its id and its proof are checked already. What is erased, of a dead key or
 * not to be read has no effect, and what has content all the same is kept as what nobody is shown (M39, M44, M50).
 */
export function remoteEvent(
  event: LogEvent,
  group: GroupUri,
  { dead, names }: { readonly dead: boolean; readonly names: Names },
): RemoteEvent {
  const known = isEventKind(event.kind) ? event.kind : "opaque";
  const content = event.erased === undefined ? (event.content ?? null) : null;
  const common = {
    id: event.id,
    sender: event.sender ?? null,
    senderName: nameOf(event, names),
    originAt: event.origin_at,
    proof: event.proof ?? null,
    via: event.via ?? [],
    seq: event.seq,
    acceptedAt: event.at,
    content,
  };
  if (content === null) return { ...common, ...nothing, kind: known };
  if (dead) return { ...common, ...nothing, kind: "opaque" };
  const { sender } = event;
  if (known === "message" && sender !== undefined && isPlainText(content, sender, group))
    return { ...common, ...nothing, act: plainAct, kind: known };
  try {
    const read = readContent({ kind: known, sender: event.sender, content }, group);
    return { ...common, ...doesOf(read), kind: known };
  } catch (thrown) {
    if (!(thrown instanceof ContentError)) throw thrown;
    return { ...common, ...nothing, kind: "opaque" };
  }
}

/** What an owner knows of the peer that an event was submitted by. */
export interface Submitter {
  readonly group: GroupUri;
  /** Our own base domain and the peer's: neither may stand in the way that an event comes with. */
  readonly bases: readonly [own: string, peer: string];
  /** Whether the peer speaks for whoever answers for the event, and the proof says so too. */
  readonly vouched: boolean;
  /** What the profiles that came with it call people. */
  readonly names: Names;
}

/** His name is known with his first event (M81). */
const nameOf = ({ sender }: { readonly sender?: UserUri | undefined }, names: Names): string | null =>
  (sender === undefined ? undefined : names.get(sender)) ?? null;

/**
 * A submission as the store takes it, with the verdict where it has one already. What is found wrong first is what the verdict says
 * (docs/mtp.md, Verdicts).
 */
export function submittedEvent(event: SubmittedWireEvent, from: Submitter): SubmittedEvent {
  const known = isEventKind(event.kind) ? event.kind : "opaque";
  const common = {
    ...nothing,
    id: event.id,
    kind: known,
    sender: event.sender ?? null,
    provider: event.sender === undefined ? (event.provider ?? null) : null,
    senderName: nameOf(event, from.names),
    originAt: event.origin_at,
    proof: proofOctets(event),
    via: [...(event.via ?? []), from.bases[1], from.bases[0]],
    content: event.content,
    expect: event.expect ?? null,
    refused: null,
  };
  const refused = (code: "id_mismatch" | "sender_foreign" | "content_invalid" | "loop", detail: string) => ({
    ...common,
    refused: { code, detail },
  });
  // Of a kind that is not known nobody here can say what its id should be (M50).
  if (known === event.kind && !hasItsId(event, from.group))
    return refused("id_mismatch", "the id is not that of the event");
  if (!from.vouched)
    return refused("sender_foreign", "the sender's provider is not this gateway's, or the proof is not good");
  if (event.content.length > limits.eventBytes)
    return refused("content_invalid", `the content has more than ${limits.eventBytes} octets`);
  if (known !== event.kind) return refused("content_invalid", "the kind is not known here");
  let does: Does;
  try {
    does = doesOf(readContent({ kind: known, sender: event.sender, content: event.content }, from.group));
  } catch (thrown) {
    if (!(thrown instanceof ContentError)) throw thrown;
    return refused("content_invalid", thrown.message);
  }
  const { via = [] } = event;
  if (via.some((domain) => from.bases.includes(domain))) return refused("loop", "it has passed here before");
  // Two are added, and no guest takes a log in which there are too many.
  if (via.length + from.bases.length > MOST_VIA)
    return refused("loop", `it has passed ${via.length} gateways before`);
  return { ...common, ...does };
}

/** The proof of a submission. null: it has none, or what cannot be one. */
export function proofOctets({ proof }: SubmittedWireEvent): Uint8Array | null {
  const octets = proof === undefined ? null : parseOctets(proof);
  return octets?.length === PROOF_OCTETS ? octets : null;
}

/** How far ahead of our time an owner's may go. */
const AHEAD: Milliseconds = 300_000;

export type LogFault = "log_gap" | "log_conflict" | "log_id" | "log_proof" | "log_time" | "log_form";

/**
 * What is wrong with an event of an owner's log by itself, or with its place behind the one before, by the table of M52; null:
 * nothing. Proofs, and what is held already, are looked at elsewhere.
 */
export function faultOf(
  event: LogEvent,
  before: LogEvent | undefined,
  group: GroupUri,
  now: Milliseconds,
): LogFault | null {
  if (before && event.seq !== before.seq + 1) return "log_gap";
  if (event.erased === undefined && !hasItsId(event, group)) return "log_id";
  if ((before && event.at < before.at) || event.at > now + AHEAD) return "log_time";
  return null;
}
