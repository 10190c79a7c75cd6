/**
 * Identifiers that travel: URIs of providers, users and group chats, and event ids. A branded string is made
 * and taken apart only by the functions here, so that a message id can never be passed where a user is meant.
 */
declare const brand: unique symbol;
/** A base type that only its maker can produce; the brand exists in the types alone. */
export type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** A provider's domain, lower case: the authority of every URI that it answers for. */
export type ProviderDomain = Branded<string, "ProviderDomain">;
/** `mimi://PROVIDER/u/ID` */
export type UserUri = Branded<string, "UserUri">;
/** `mimi://PROVIDER/r/ID` */
export type GroupUri = Branded<string, "GroupUri">;
/** The 32 octets of an event id as 64 lower-case hexadecimal digits. */
export type EventId = Branded<string, "EventId">;
/** What names a thing that was said, however its content is read: 32 lower-case hexadecimal digits. */
export type SaidKey = Branded<string, "SaidKey">;

const DOMAIN =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
const LOCAL_PART = /^[a-z0-9][a-z0-9._~-]{0,127}$/;
const EVENT_ID = /^[0-9a-f]{64}$/;

/** The domain, or null where `text` is not a host name in lower case. */
export function parseProviderDomain(text: string): ProviderDomain | null {
  return DOMAIN.test(text) ? (text as ProviderDomain) : null;
}

/** Throws RangeError where `id` could not stand in a URI without escapes (MTP paths have none). */
export function userUri(provider: ProviderDomain, id: string): UserUri {
  return mimiUri(provider, "u", id) as UserUri;
}

/** Throws RangeError where `id` could not stand in a URI without escapes (MTP paths have none). */
export function groupUri(provider: ProviderDomain, id: string): GroupUri {
  return mimiUri(provider, "r", id) as GroupUri;
}

/** The event id, or null where `text` is not 64 lower-case hexadecimal digits. */
export function parseEventId(text: string): EventId | null {
  return EVENT_ID.test(text) ? (text as EventId) : null;
}

/** The group's URI, or null where `text` is not of the form `mimi://PROVIDER/r/ID`. */
export function parseGroupUri(text: string): GroupUri | null {
  const match = /^mimi:\/\/([^/]+)\/r\/([^/]+)$/.exec(text);
  return match && DOMAIN.test(match[1] ?? "") && LOCAL_PART.test(match[2] ?? "") ? (text as GroupUri) : null;
}

/** The user's URI, or null where `text` is not of the form `mimi://PROVIDER/u/ID`. */
export function parseUserUri(text: string): UserUri | null {
  const match = /^mimi:\/\/([^/]+)\/u\/([^/]+)$/.exec(text);
  return match && DOMAIN.test(match[1] ?? "") && LOCAL_PART.test(match[2] ?? "") ? (text as UserUri) : null;
}

/** The provider's domain, or null where `text` is not of the form `mimi://PROVIDER`. */
export function parseProviderUri(text: string): ProviderDomain | null {
  return text.startsWith("mimi://") ? parseProviderDomain(text.slice("mimi://".length)) : null;
}

/** The provider in a URI of a user, a group or a provider that was parsed before. Throws TypeError where there is none. */
export function authorityOf(uri: string): ProviderDomain {
  const domain = parseProviderDomain(uri.split("/")[2] ?? "");
  if (domain === null) throw new TypeError("a mimi URI has a provider");
  return domain;
}

function mimiUri(provider: ProviderDomain, letter: "u" | "r", id: string): string {
  if (!LOCAL_PART.test(id)) throw new RangeError(`not an identifier for a mimi URI: ${JSON.stringify(id)}`);
  return `mimi://${provider}/${letter}/${id}`;
}
