/** What the core gives to a bridge. */
import type { AcceptBatch, MessageName, NativeUser } from "./inbound.ts";
import type { Transient } from "./outbound.ts";
import type { MadeRoom, RoomFacts } from "./room.ts";
import type { ArchiveMark, AvatarToken, NativeId, NativeRoom } from "../ids.ts";
import type { RoomReference } from "../link-reports.ts";
import type { Avatar } from "../media/picture-type.ts";
import type { Milliseconds } from "../time.ts";
import type { EventId, GroupUri } from "../../mappings/ids.ts";

/** What somebody asks of the gateway itself, so that nobody else reads the answer. */
export interface Asked {
  readonly from: NativeUser;
  /** Whether rooms of the platform know him by the same id, as the sender of what he says. */
  readonly speaksAsSuch: boolean;
  readonly text: string;
  /** The room in which he asks; null: in none, so that rooms have to be named. */
  readonly here: NativeRoom | null;
  /** Whether he is one who says what becomes of a room. */
  readonly manages: (room: NativeRoom) => Promise<boolean>;
}

/** What an account keeps in the store that nobody may read: it is encrypted there, and no log shows it. */
export interface SecretBox {
  /** null: there is none. Rejects with secret_unreadable. */
  get(kind: string): Promise<string | null>;
  /** Puts it in the place of what was kept. Resolves when that is on the disk. Rejects with secrets_key_missing. */
  set(kind: string, value: string): Promise<void>;
  /** Takes it out if it meets the test: one caller gets it, in whichever process. null: there is none, or not that one. */
  take(kind: string, wanted: (value: string) => boolean): Promise<string | null>;
}

/** A way for whoever has it, once, to let the gateway into the platform. */
export interface InstallLink {
  readonly url: string;
  readonly until: Milliseconds;
}

/** A room of another account that is asked for in an account, and what makes the room that is linked with it. */
export interface AskedPortal {
  readonly account: string;
  readonly other: RoomReference;
  readonly make: (facts: RoomFacts) => Promise<MadeRoom>;
}

/** What the core gives to a bridge. */
export interface BridgeHost {
  /** This gateway's base domain: what its marks on messages are made of and recognised by. */
  readonly gateway: string;
  /**
   * Resolves after the durable write; only then may the platform get its acknowledgement. Known native keys
   * are dropped. While the store is full or away it waits, so callers must let that slow the platform down.
   */
  accept(batch: AcceptBatch): Promise<void>;
  /** Rooms that are to be taken part in, with the mark to catch up from. */
  rooms(): Promise<readonly { readonly room: NativeRoom; readonly mark: ArchiveMark | null }[]>;
  /** The group in which a room is linked; null: in none. No I/O. */
  group(room: NativeRoom): GroupUri | null;
  /** The names of the room's messages below which others have stood in a thread since then; the latest thread first. */
  threads(room: NativeRoom, since: Milliseconds, most: number): Promise<readonly NativeId[]>;
  /** Somebody begins or ceases to type: shown at once where it can be, or never. */
  transient(room: NativeRoom, user: NativeUser, what: Transient): void;
  /** Somebody has read up to a message, by the names that the room may have for it. Only the latest counts; some get lost. */
  read(room: NativeRoom, user: NativeUser, upTo: readonly MessageName[]): void;
  /** Somebody looks otherwise than before, without having said anything; told to whoever has met him. Rejects as the store does. */
  profile(user: NativeUser): Promise<void>;
  /** A picture that everybody may have; null: there is none of that name, or it can't be had. For `avatarRoute`. */
  avatar(token: AvatarToken): Promise<Avatar | null>;
  /** A room became able to take deliveries again: its lanes are tried at once. */
  ready(room: NativeRoom): void;
  /**
   * The platform calls a room otherwise from now on: everything of it goes on under the new name, and native keys that begin
   * with the old one and a colon begin with the new one. Nothing more is handed over under the old name. Resolves when that is
   * written and the room is joined under the new one.
   */
  moved(from: NativeRoom, to: NativeRoom): Promise<void>;
  /**
   * A second copy of an event stands in the room, beside the one of the receipt: it was made again when nobody could see the
   * first. Counted with what is unclear, and traced; what people do to it they do to the event. Resolves when that is written.
   */
  doubled(room: NativeRoom, event: EventId, native: NativeId): Promise<void>;
  /**
   * Links a room of another account with one that is made for it. That room is looked at first; `make` gets what was found, and
   * resolves with the same room however often it is asked for the same one. Asking again for what is linked changes nothing.
   * Rejects with account_unknown, account_down (also where another process has the account), room_invalid where the address is
   * written otherwise than that account's bridge writes it, room_unreachable (also where it is not open to everybody), or as `make`
   * does.
   */
  portal(other: AskedPortal["other"], make: AskedPortal["make"]): Promise<NativeRoom>;
  readonly secrets: SecretBox;
  /**
   * Runs work that only one process may do at a time for this account, within one lease. null: another one is at it, and
   * nothing was done.
   */
  alone<T>(work: () => Promise<T>): Promise<T | null>;
  /** Resolves with the answer for him, in lines of plain text. A code in it is a secret: it is shown to him and kept nowhere. */
  command(asked: Asked): Promise<string>;
}
