/**
 * The contract between the core and a bridge. The core never asks which platform it talks to: it asks what a
 * room can do. A bridge never touches the store, a lane or another bridge.
 */
import type { BridgeHost, InstallLink } from "./host.ts";
import type { AcceptBatch, Lookups, Raw, Translated } from "./inbound.ts";
import type {
  DeliveryContext,
  OutEvent,
  Plan,
  Receipt,
  RoomContext,
  Shown,
  Speaker,
  Step,
} from "./outbound.ts";
import type { Capabilities, Finding, Health, RoomFacts } from "./room.ts";
import type { ArchiveMark, NativeRoom } from "../ids.ts";
import type { FileAccess } from "../media/platform-file.ts";
import type { Milliseconds } from "../time.ts";

/** One account's bridge. Every method may be called as soon as `start` has resolved. */
export interface Bridge {
  /** True: the account has a connection, which one process holds; it alone runs the account's lanes. */
  readonly connected: boolean;
  /**
   * Speakers come with their pictures. `fetched`: the platform fetches them by their addresses, where the gateway has a public
   * one; `copied`: the bridge asks the host for them. Left out: the platform shows none.
   */
  readonly showsAvatars?: "fetched" | "copied";
  /** Where everybody reaches the bridge's own HTTP server, which has `avatarRoute` then; null or left out: nowhere. */
  readonly publicUrl?: string | null;
  /** How many steps may be under way at once in one room. More than 1 only where calls leave in order. */
  readonly window: number;
  /** After a call without an answer: how long until "absent" may be believed. */
  readonly settleMs: Milliseconds;
  /** What rooms whose policy does not say it do with a delivery of which nobody can say whether it was made. */
  readonly unclear: "repeat" | "hold";

  /** Connects. Rejects only for what waiting cannot cure; later faults go to `health`. */
  start(host: BridgeHost): Promise<void>;
  /** Ends the connection in order. Calls under way reject as unknown. */
  stop(): Promise<void>;
  health(): Health;
  /** A new link that installs the account; the one of before is good no more. Left out where accounts have fixed credentials. */
  installLink?(): Promise<InstallLink>;
  /** Why the account does not take part in a room that it should be in, with the remedy; null: it does. No I/O. */
  fault(room: NativeRoom): string | null;

  /**
   * Looks at the account from all sides, asking the platform. Changes nothing there and never rejects: what can't be looked
   * at is a finding. Left out where there is nothing to look at.
   */
  examine?(): Promise<readonly Finding[]>;

  /**
   * Asks the platform for a sign of life, by a way that goes out and comes back and that nobody sees in any room; called every few
   * seconds. Settles within two minutes; rejects with GatewayError where none came. Left out where there is nothing to ask.
   */
  ping?(): Promise<void>;

  /** The room's address in the form that the store keeps. Throws GatewayError room_invalid. */
  parseRoom(text: string): NativeRoom;
  /** Enters a room to see whether it can be linked. Throws room_unreachable with the cause and the remedy. */
  inspect(room: NativeRoom): Promise<RoomFacts>;
  /**
   * Takes part in a linked room from the mark on: hands over what was missed, then what is said, in the room's order.
   * Without a mark from now on. Keeps trying by itself; a room that it takes part in already stays as it is.
   */
  join(room: NativeRoom, since: ArchiveMark | null): void;
  /**
   * Takes the gateway out, and the ghosts of these speakers, who may stand there since before a restart. Resolves also
   * where it was not in.
   */
  leave(room: NativeRoom, speakers: readonly Speaker[]): Promise<void>;
  /**
   * An operator has given what the room asks for at its door, or has had it forgotten: it is among the account's secrets
   * (`roomPasswordKind`). Whoever is kept out by that tries again at once. Left out: no room asks for anything.
   */
  roomPasswordChanged?(room: NativeRoom): void;
  /** Cached, no I/O. */
  capabilities(room: NativeRoom): Capabilities;
  /** Where the room's archive stands as far as this connection has seen, own messages included. */
  mark(room: NativeRoom): ArchiveMark | null;
  /** What came after the mark, oldest first, with the same native keys as live. */
  catchUp(room: NativeRoom, since: ArchiveMark): AsyncIterable<AcceptBatch>;

  /**
   * How a file is asked for that a room of this account's has named, where that takes the account's credentials; null: like any
   * other. Left out where no file does. May be asked of an account that another process serves.
   */
  fileAccess?(source: string): Promise<FileAccess | null>;
  /**
   * A picture of somebody's, or of a room, that no host gives, by the address that the bridge has put for it. Rejects with
   * GatewayError where it can't be had now, or this process does not serve the account. Left out where all are on hosts.
   */
  picture?(source: string): Promise<Buffer>;

  /** Whether a raw names something said before, which must be in the log when it is translated. A cheap look. */
  refers(raw: Raw): boolean;
  /**
   * Whether `toEvents` looks nothing up for a raw, which refers to nothing, and takes no time: then it is asked before the
   * durable write, which goes straight into the log where nothing of the room waits. A cheap look; left out: for none.
   */
  translatesAtOnce?(room: NativeRoom, raw: Raw): boolean;
  /** May fetch, never writes. An empty list: nothing to bridge. Throws GatewayError event_malformed. */
  toEvents(room: NativeRoom, raw: Raw, lookups: Lookups): Promise<readonly Translated[]>;
  /**
   * Does no I/O: the same steps for the same event and context, as long as the room can do the same. Throws DeliveryError
   * while it is not known what the room can do: the event waits, and none of it is lost for that.
   */
  plan(room: NativeRoom, event: OutEvent, context: RoomContext): Plan;
  /** Shows something that is not in the log, if that costs nothing; otherwise does nothing. */
  show(room: NativeRoom, speaker: Speaker, what: Shown): void;
  /**
   * Makes the effect. Calls on one room leave in the order in which they were made. Rejects with DeliveryError.
   */
  perform(step: Step, context: DeliveryContext): Promise<Receipt>;
  /**
   * Whether a step that was under way has taken effect since the mark. Of what was erased meanwhile the step has its operation
   * only, and is known by its key.
   */
  probe(
    step: Step,
    context: DeliveryContext,
    since: { mark: ArchiveMark | null; at: Milliseconds },
  ): Promise<Receipt | "absent" | "unknown">;
}
