/** Names of gateways, groups and connections as operators give them. */
import {
  type GroupUri,
  parseGroupUri,
  parseProviderDomain,
  parseUserUri,
  type ProviderDomain,
} from "../../mappings/ids.ts";
import { GatewayError } from "../errors.ts";
import { parseConnectionId } from "../federation/routes/connections.ts";
import type { ConnectionId } from "../ids.ts";

/** Throws GatewayError usage. */
export function domainOf(text: string): ProviderDomain {
  const domain = parseProviderDomain(text);
  if (domain !== null) return domain;
  throw new GatewayError("usage", `${text} is no base domain; write one such as mimi.example.net`);
}

/** Throws GatewayError group_unknown. */
export function groupUriOf(text: string): GroupUri {
  const uri = parseGroupUri(text);
  if (uri !== null) return uri;
  throw new GatewayError("group_unknown", `${text} is no group's URI`);
}

/** Throws GatewayError group_unknown. */
export const uriOrNull = (text: string | null): GroupUri | null => (text === null ? null : groupUriOf(text));

/** Throws GatewayError connection_unknown. */
export function connectionId(text: string): ConnectionId {
  const id = parseConnectionId(text);
  if (id !== null) return id;
  throw new GatewayError("connection_unknown", `${text} is no connection's id`);
}

/** The URI of a user, or a domain. Throws GatewayError usage. */
export function subjectOf(text: string): string {
  const subject = parseUserUri(text) ?? parseProviderDomain(text);
  if (subject !== null) return subject;
  throw new GatewayError("usage", `${text} is neither a user's URI, mimi://PROVIDER/u/ID, nor a domain`);
}
