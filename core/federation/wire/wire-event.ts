/** Events as they travel between gateways: JSON objects with their content in base64url (docs/mtp.md, Events on the wire). */
import { z } from "zod";
import type { EventKind } from "../../../mappings/events.ts";
import {
  authorityOf,
  parseEventId,
  parseProviderDomain,
  parseUserUri,
  type ProviderDomain,
} from "../../../mappings/ids.ts";
import type { Seq } from "../../ids.ts";
import { limits } from "../../limits.ts";
import type { WireEvent } from "../../store/units/guest-pages.ts";
import type { PendingSubmission } from "../../store/units/submissions.ts";

export const MOST_VIA = 8;
const LONGEST_KIND = 64;
/** Longer than any of the 80 octets of a proof; what is no proof is found out where it is checked. */
const LONGEST_PROOF = 1_024;
/** Kinds that somebody may have caused of whom no platform says who it was, or an owner's operator. */
const SENDERLESS: readonly string[] = [
  "property",
  "member",
  "moderate",
  "erase",
] satisfies readonly EventKind[];

/** A text that the parser takes, as what it makes of it. */
const parsed = <T>(parse: (text: string) => T | null, error: string) =>
  z.string().transform((text, issues): T => {
    const value = parse(text);
    if (value !== null) return value;
    issues.addIssue(error);
    return z.NEVER;
  });

/** Octets in base64url without padding and without stray bits (M9). */
export function parseOctets(text: string): Uint8Array | null {
  const octets = Buffer.from(text, "base64url");
  return octets.toString("base64url") === text ? octets : null;
}

const id = parsed(parseEventId, "is no event id");
const octets = parsed(parseOctets, "is not base64url");
const time = z.int().nonnegative();

const common = {
  id,
  kind: z.string().min(1).max(LONGEST_KIND),
  sender: parsed(parseUserUri, "is no user's URI").optional(),
  provider: parsed(parseProviderDomain, "is no domain").optional(),
  origin_at: time,
  via: z.array(parsed(parseProviderDomain, "is no domain")).max(MOST_VIA).optional(),
};

interface Named {
  readonly kind: string;
  readonly sender?: unknown;
  readonly provider?: unknown;
}

/** Somebody has to answer for every event, and for some kinds it has to be a person. */
const isAnsweredFor = ({ kind, sender, provider }: Named): boolean =>
  sender !== undefined || (provider !== undefined && (!isEventKind(kind) || SENDERLESS.includes(kind)));
const unanswered = { path: ["sender"], error: "is missing" };

/** An event of a group's log, as guests read it. Names that are not known are ignored. */
export const logEventForm = z
  .object({
    ...common,
    seq: z
      .int()
      .positive()
      .transform((seq) => seq as Seq),
    at: time,
    content: octets.optional(),
    root: id.optional(),
    proof: octets.optional(),
    erased: time.optional(),
  })
  .refine(isAnsweredFor, unanswered)
  .refine(({ content, erased }) => content !== undefined || erased !== undefined, {
    path: ["content"],
    error: "is missing",
  })
  .refine(({ content }) => (content?.length ?? 0) <= limits.eventBytes, {
    path: ["content"],
    error: "is too large",
  });
export type LogEvent = z.output<typeof logEventForm>;

const isTime = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/**
 * An event of a log in its form, or what is wrong with it: as `logEventForm`, which is asked only where something is out
 * of the ordinary, since logs are long.
 */
export const readLogEvent = (given: unknown): z.ZodSafeParseResult<LogEvent> => {
  const data = ordinaryEvent(given);
  return data === null ? logEventForm.safeParse(given) : { success: true, data };
};

/** Of a known kind, said by somebody, not erased, and right. null: it is not, or is to be looked at closely. */
function ordinaryEvent(given: unknown): LogEvent | null {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return null;
  const event = given as Readonly<Record<string, unknown>>;
  const { kind, seq, at, origin_at: originAt, root, via, proof } = event;
  if ("erased" in event || "provider" in event || typeof kind !== "string" || !isEventKind(kind)) return null;
  if (!isTime(seq) || seq === 0 || !isTime(at) || !isTime(originAt)) return null;
  const known = textAs(event["id"], parseEventId);
  const sender = textAs(event["sender"], parseUserUri);
  const content = textAs(event["content"], parseOctets);
  if (known === null || sender === null || content === null || content.length > limits.eventBytes)
    return null;
  const data = { id: known, kind, sender, origin_at: originAt, seq: seq as Seq, at, content };
  return root === undefined && via === undefined && proof === undefined
    ? data
    : withMore(data, { root, via, proof });
}

function withMore(
  data: LogEvent,
  { root, via, proof }: Readonly<Record<"root" | "via" | "proof", unknown>>,
): LogEvent | null {
  const first = root === undefined ? undefined : textAs(root, parseEventId);
  const way = via === undefined ? undefined : domainsOf(via);
  const proven = proof === undefined ? undefined : textAs(proof, parseOctets);
  if (first === null || way === null || proven === null) return null;
  return {
    ...data,
    ...(first && { root: first }),
    ...(way && { via: way }),
    ...(proven && { proof: proven }),
  };
}

function domainsOf(via: unknown): ProviderDomain[] | null {
  if (!Array.isArray(via) || via.length > MOST_VIA) return null;
  const domains: ProviderDomain[] = [];
  for (const text of via) {
    const domain = textAs(text, parseProviderDomain);
    if (domain === null) return null;
    domains.push(domain);
  }
  return domains;
}

const textAs = <T>(value: unknown, parse: (text: string) => T | null): T | null =>
  typeof value === "string" ? parse(value) : null;

/**
 * An event that a guest's user has made. A content that is too large, and a proof that is missing or none, have a verdict of
 * their own, and so the form.
 */
export const submittedEventForm = z
  .object({
    ...common,
    content: octets,
    proof: z.string().max(LONGEST_PROOF).optional(),
    expect: time.optional(),
  })
  .refine(({ sender, provider }) => sender !== undefined || provider !== undefined, unanswered);
export type SubmittedWireEvent = z.output<typeof submittedEventForm>;

const kinds: Readonly<Record<EventKind, true>> = {
  message: true,
  property: true,
  member: true,
  role: true,
  moderate: true,
  erase: true,
  opaque: true,
};

/** Whether a kind is one of this version of the protocol. */
export const isEventKind = (kind: string): kind is EventKind => Object.hasOwn(kinds, kind);

/** Who answers for an event: the provider in the sender's URI, or the gateway that is named instead. */
export function providerOf({
  sender,
  provider,
}: {
  readonly sender?: string | undefined;
  readonly provider?: ProviderDomain | undefined;
}): ProviderDomain {
  const domain = sender === undefined ? provider : authorityOf(sender);
  if (domain === undefined) throw new TypeError("every event has somebody behind it");
  return domain;
}

/**
 * An event of a group of ours as its guests are given it. `base`: our own base domain, which answers for what has neither a sender
 * nor a way: what came over another gateway names it last but one in its way.
 */
export function logEventJson(event: WireEvent, base: ProviderDomain): Readonly<Record<string, unknown>> {
  const { sender, content, root, via, proof, erasedAt } = event;
  return {
    seq: event.seq,
    id: event.id,
    kind: event.kind,
    ...(sender === null ? { provider: via.at(-2) ?? base } : { sender }),
    at: event.acceptedAt,
    origin_at: event.originAt,
    ...(content === null ? { erased: erasedAt ?? event.acceptedAt } : { content: encoded(content) }),
    ...(root === null ? {} : { root }),
    ...(via.length === 0 ? {} : { via }),
    ...(proof === null ? {} : { proof: encoded(proof) }),
  };
}

/** A submission as the group's owner is given it. `base`: our own base domain, which answers for what has no sender. */
export function submittedEventJson(
  event: PendingSubmission,
  base: ProviderDomain,
  proof: Uint8Array,
): Readonly<Record<string, unknown>> {
  return {
    id: event.id,
    kind: event.kind,
    ...(event.sender === null ? { provider: base } : { sender: event.sender }),
    origin_at: event.originAt,
    content: encoded(event.content),
    proof: encoded(proof),
  };
}

const encoded = (value: Uint8Array): string => Buffer.from(value).toString("base64url");
