/** What operators write on the command line. */
import { parseGroupUri } from "../../mappings/ids.ts";
import { GatewayError } from "../errors.ts";
import type { RoomReference } from "../operations.ts";

/** `ACCOUNT:ADDRESS`. Throws GatewayError usage. */
export function parseRoomReference(text: string): RoomReference {
  const colon = text.indexOf(":");
  const [account, room] = [text.slice(0, Math.max(0, colon)), text.slice(colon + 1)];
  if (account !== "" && room !== "") return { account, room };
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

/** The number of something set aside. Throws GatewayError usage. */
export function parseNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new GatewayError("usage", `${text} is no number; \`mimi-gateway set-aside list\` shows the numbers`);
}
