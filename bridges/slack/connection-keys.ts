/** The keys of an account by which events come and the gateway gets in, which have a meaning only together. */
import type { Address } from "../../core/http/shared-listeners.ts";

const LISTEN = /^(?:(?<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):)?(?<port>\d{1,5})$/;

export interface ConnectionKeys {
  readonly token?: string | undefined;
  readonly app_token?: string | undefined;
  readonly signing_secret?: string | undefined;
  readonly listen?: string | undefined;
  readonly client_id?: string | undefined;
  readonly client_secret?: string | undefined;
  readonly public_url?: string | undefined;
}

/** How events come: over sockets that the gateway opens, or by requests of Slack's. */
export type Transport =
  | { readonly kind: "sockets"; readonly appToken: string }
  | { readonly kind: "http"; readonly signingSecret: string; readonly address: Address };

/** How the gateway gets into the workspace: with a token that stands in the file, or by OAuth. */
export type Access =
  | { readonly kind: "token"; readonly token: string }
  | {
      readonly kind: "install";
      readonly clientId: string;
      readonly clientSecret: string;
      /** Without a slash at the end. */
      readonly publicUrl: string;
      readonly address: Address;
    };

export const TRANSPORT_WAYS = "app_token (Socket Mode), or signing_secret and listen (HTTP)";
export const ACCESS_WAYS = "token, or client_id, client_secret, public_url and listen";

/** null: the keys say none, or two. */
export function transportOf(keys: ConnectionKeys): Transport | null {
  const { app_token: appToken, signing_secret: signingSecret, listen, public_url: publicUrl } = keys;
  const address = listen === undefined ? null : parseListen(listen);
  // With Socket Mode browsers alone, and whoever fetches pictures, need an address.
  if (appToken !== undefined && signingSecret === undefined && (listen === undefined || publicUrl))
    return { kind: "sockets", appToken };
  if (appToken === undefined && signingSecret !== undefined && address !== null)
    return { kind: "http", signingSecret, address };
  return null;
}

/** null: the keys say none, or two. */
export function accessOf(keys: ConnectionKeys): Access | null {
  const { token, client_id: clientId, client_secret: clientSecret, public_url: publicUrl, listen } = keys;
  if (token !== undefined && clientId === undefined && clientSecret === undefined)
    return { kind: "token", token };
  const address = listen === undefined ? null : parseListen(listen);
  if (token === undefined && clientId && clientSecret && publicUrl && address)
    return { kind: "install", clientId, clientSecret, publicUrl, address };
  return null;
}

/** `HOST:PORT` or `PORT`; null: it is neither. */
export function parseListen(value: string): Address | null {
  const groups = LISTEN.exec(value)?.groups;
  const port = Number(groups?.["port"] ?? Number.NaN);
  if (!groups || !(port <= 65_535)) return null;
  return { host: (groups["host"] ?? "127.0.0.1").replace(/^\[|\]$/g, ""), port };
}
