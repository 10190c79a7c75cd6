/** Names of Matrix: rooms, ghosts, and the mark that the gateway puts on what it says. */
import { hash } from "node:crypto";
import type { ArchiveMark, NativeKey, NativeRoom } from "../../core/ids.ts";
import { GatewayError } from "../../core/errors.ts";
import { parseUserUri, type UserUri } from "../../mappings/ids.ts";
import { ID_OCTETS } from "../../mappings/matrix/limits.ts";
import { parseMatrixLink } from "../../mappings/matrix/links.ts";
import type { MatrixConfig } from "./config.ts";

/** Where every event that the gateway sends says which gateway has sent it, and which group, event and delivery it is of. */
export const MARK = "org.mimi-gateway.copy";

/** Rooms of version 12 on have no server in their ids. */
const ROOM = /^![^\s\p{Cc}]{1,254}$/u;
const ALIAS = /^#[^\s\p{Cc}]{1,254}$/u;

/**
 * The room's id, from the id itself, or an alias of it, or from the link that programs give for one; `inspect` says the id
 * that an alias stands for. Throws GatewayError room_invalid.
 */
export function parseRoomId(text: string): NativeRoom {
  const link = parseMatrixLink(text);
  const room = link?.kind === "room" ? link.id : text;
  const octets = Buffer.byteLength(room, "utf8");
  if (octets <= ID_OCTETS && (ROOM.test(room) || ALIAS.test(room))) return room as NativeRoom;
  throw new GatewayError(
    "room_invalid",
    `${JSON.stringify(text.slice(0, 200))} is no room: write its id (!abc:example.org), which stands in its settings below Advanced`,
  );
}

export const isAlias = (room: NativeRoom): boolean => room.startsWith("#");

/** Events have one name, live, by retry and from history. */
export const eventKey = (eventId: string): NativeKey => eventId as NativeKey;

/** The event up to which a room was read. The room is in it, since rooms that are upgraded go on under other ids. */
export const markOf = (room: NativeRoom, eventId: string): ArchiveMark => `${eventId} ${room}` as ArchiveMark;

/** The mark of a room of which nothing was read yet: all that is said in it is news. */
export const beginningOf = (room: NativeRoom): ArchiveMark => markOf(room, "");

/** The event of this room in a mark; null: the mark is of another room, or of no event. */
export function placeOf(mark: ArchiveMark, room: NativeRoom): string | null {
  const [eventId = "", of] = mark.split(" ");
  return of === room && eventId !== "" ? eventId : null;
}

/** The ids of the gateway's own user and of its ghosts. */
export class OwnUsers {
  readonly bot: string;
  readonly #prefix: string;
  readonly #end: string;
  /** Ghosts whose ids are too long to be taken apart. */
  readonly #hashed = new Map<string, UserUri>();

  constructor({ bot, userPrefix, serverName }: Pick<MatrixConfig, "bot" | "userPrefix" | "serverName">) {
    this.bot = `@${bot}:${serverName}`;
    this.#prefix = `@${userPrefix}`;
    this.#end = `:${serverName}`;
  }

  /** Who stands for nobody: what follows the prefix is no name of a provider, and no hash. */
  get watcher(): string {
    return `${this.#prefix}=watcher${this.#end}`;
  }

  isOurs(user: string): boolean {
    return user === this.bot || this.isGhost(user);
  }

  isGhost(user: string): boolean {
    return user.startsWith(this.#prefix) && user.endsWith(this.#end);
  }

  /** The ghost's id: the user's provider and id there, which can't be mistaken for another's. */
  ghostOf(user: UserUri): string {
    const { host, pathname } = new URL(user);
    const id = pathname.slice("/u/".length);
    const plain = this.#prefix + escaped(`${host}_${id}`) + this.#end;
    if (Buffer.byteLength(plain, "utf8") <= ID_OCTETS) return plain;
    const short = `${this.#prefix}=${hash("sha256", user, "hex")}${this.#end}`;
    this.#hashed.set(short, user);
    return short;
  }

  /** Whom a ghost stands for; null: it is none, or one of whom only a hash is known. */
  userOf(ghost: string): UserUri | null {
    if (!this.isGhost(ghost)) return null;
    const hashed = this.#hashed.get(ghost);
    if (hashed) return hashed;
    const name = unescaped(ghost.slice(this.#prefix.length, -this.#end.length));
    const cut = name.indexOf("_");
    return cut < 1 ? null : parseUserUri(`mimi://${name.slice(0, cut)}/u/${name.slice(cut + 1)}`);
  }
}

/** Of what ids of users may have, `~` alone is none of what ids of Matrix may have (appendices, 4.2.1). */
const escaped = (name: string): string => name.replaceAll("~", "=7e");
const unescaped = (name: string): string => name.replaceAll("=7e", "~");
