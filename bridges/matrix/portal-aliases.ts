/**
 * Addresses at the homeserver for rooms of the gateway's other accounts, each with one way of writing it:
 * `#PREFIX` ACCOUNT `_` ROOM `:server`. What may not stand in the localpart of a user's id stands there as `=` and two hexadecimal
 * digits for each octet (appendices, 4.2.1 and 4.2.3), so that `lobby@rooms.example.org` is `lobby=40rooms.example.org`.
 */
import type { RoomReference } from "../../core/link-reports.ts";
import { ID_OCTETS } from "../../mappings/matrix/limits.ts";
import type { MatrixConfig } from "./config.ts";

/** Of an escaped room. */
const ESCAPED = /^(?:[a-z0-9._/+-]|=[0-9a-f]{2})+$/;
const PLAIN = /^[a-z0-9._/+-]$/;

export class PortalAliases {
  readonly #start: string;
  readonly #end: string;

  constructor({ aliasPrefix, serverName }: Pick<MatrixConfig, "aliasPrefix" | "serverName">) {
    this.#start = `#${aliasPrefix}`;
    this.#end = `:${serverName}`;
  }

  /** null: it would be longer than an alias may be. */
  aliasOf({ account, room }: RoomReference): string | null {
    const alias = `${this.#start}${account}_${escaped(room)}${this.#end}`;
    return Buffer.byteLength(alias, "utf8") <= ID_OCTETS ? alias : null;
  }

  /** The room that an alias is for; null: it is for none, or that room's alias is written otherwise. */
  otherOf(alias: string): RoomReference | null {
    if (!alias.startsWith(this.#start) || !alias.endsWith(this.#end)) return null;
    const name = alias.slice(this.#start.length, -this.#end.length);
    // Names of accounts have no underscore.
    const cut = name.indexOf("_");
    if (cut < 1) return null;
    const room = unescaped(name.slice(cut + 1));
    const other = room === null ? null : { account: name.slice(0, cut), room };
    return other !== null && this.aliasOf(other) === alias ? other : null;
  }

  /** The part of the alias between # and colon. */
  localpart(alias: string): string {
    return alias.slice(1, -this.#end.length);
  }
}

function escaped(room: string): string {
  let text = "";
  for (const octet of Buffer.from(room, "utf8")) {
    const character = String.fromCharCode(octet);
    text += PLAIN.test(character) ? character : `=${octet.toString(16).padStart(2, "0")}`;
  }
  return text;
}

/** null: it is not what was escaped. */
function unescaped(text: string): string | null {
  if (!ESCAPED.test(text)) return null;
  const octets = text.replaceAll(/=([0-9a-f]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(octets, "latin1"));
  } catch {
    return null;
  }
}
