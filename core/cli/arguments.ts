/** What operators write on the command line. */
import { parseGroupUri, parseProviderDomain, parseUserUri } from "../../mappings/ids.ts";
import type { Milliseconds } from "../time.ts";
import { GatewayError } from "../errors.ts";
import { readRoomReference, type RoomReference } from "../link-reports.ts";

/** `ACCOUNT:ADDRESS`. Throws GatewayError usage. */
export function parseRoomReference(text: string): RoomReference {
  const room = readRoomReference(text);
  if (room !== null) return room;
  throw new GatewayError(
    "usage",
    `${text} is no room; write ACCOUNT:ADDRESS, such as xmpp:lobby@rooms.example.org`,
  );
}

/** A group's URI as it was written. Throws GatewayError usage. */
export function parseGroupArgument(text: string): string {
  const uri = parseGroupUri(text);
  if (uri !== null) return uri;
  throw new GatewayError(
    "usage",
    `${text} is no group; write mimi://PROVIDER/r/ID as \`mimi-gateway status\` shows it`,
  );
}

/** A whole number. `remedy`: what it is, or where it is found. Throws GatewayError usage. */
export function parseNumber(text: string, remedy: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new GatewayError("usage", `${text} is no number; ${remedy}`);
}

/** A gateway's base domain as it was written. Throws GatewayError usage. */
export function parseBaseArgument(text: string): string {
  const base = parseProviderDomain(text);
  if (base !== null) return base;
  throw new GatewayError("usage", `${text} is no base domain; write one such as mimi.example.net`);
}

/** A user's URI as it was written. Throws GatewayError usage. */
export function parseUserArgument(text: string): string {
  const uri = parseUserUri(text);
  if (uri !== null) return uri;
  throw new GatewayError("usage", `${text} is no user; write mimi://PROVIDER/u/ID`);
}

const UNITS: Readonly<Record<string, Milliseconds>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30m`, `12h`, `2d`. Throws GatewayError usage. */
export function parseLifetime(text: string): Milliseconds {
  const [, number, letter = ""] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const unit = UNITS[letter];
  if (number !== undefined && unit !== undefined) return Number(number) * unit;
  throw new GatewayError("usage", `${text} is no length of time; write one such as 30m, 12h or 2d`);
}
