/** What an account of this gateway is made of. */
import type { ProviderDomain } from "../../mappings/ids.ts";
import type { Milliseconds } from "../time.ts";
import type { Speaker, Transient } from "../bridge/outbound.ts";
import type { AskedPortal, SecretBox } from "../bridge/host.ts";
import type { Bridge } from "../bridge/bridge.ts";
import type { RoomCommand } from "../commands/room-command.ts";
import type { Announcer } from "../groups/announce.ts";
import type { EventWriter } from "../groups/event-writer.ts";
import type { LoopBreaker } from "../loops/loop-breaker.ts";
import type { AccountId, NativeRoom } from "../ids.ts";
import type { LaneRunner } from "../lanes/lane-runner.ts";
import type { Wake } from "../lanes/waker.ts";
import type { Limits } from "../limits.ts";
import type { Logger } from "../log.ts";
import type { OpenAvatar } from "../media/avatar-route.ts";
import type { PolicyBook } from "../policy/policy-book.ts";
import type { Store } from "../store/store.ts";
import type { AccountRow } from "../store/units/accounts.ts";
import type { BindingRow } from "../store/units/bindings.ts";
import type { Markers } from "./markers.ts";
import type { Profiles } from "./profiles.ts";
import type { RestoredRooms } from "./restored-rooms.ts";

export interface AccountOptions {
  readonly name: string;
  readonly bridgeKind: string;
  readonly provider: ProviderDomain;
  readonly row: AccountRow;
  readonly bridge: Bridge;
  readonly gateway: string;
  readonly store: Store;
  readonly log: Logger;
  readonly limits: Limits;
  readonly runner: LaneRunner;
  readonly writer: EventWriter;
  readonly wake: Wake;
  readonly announcer: Announcer;
  /** What is laid down for rooms. */
  readonly policies: PolicyBook;
  /** Hears where something goes round. */
  readonly loops: Pick<LoopBreaker, "hears" | "pause">;
  readonly now: () => Milliseconds;
  /** Shows what is not stored in the group's other rooms that this process serves. */
  readonly transients: (from: BindingRow, speaker: Speaker, what: Transient) => void;
  /** Told up to where people of a room have read. */
  readonly markers: Pick<Markers, "read">;
  /** Told when a room has been read behind a backup. */
  readonly restored: Pick<RestoredRooms, "wasRead" | "again">;
  /** What the account keeps encrypted. */
  readonly secrets: SecretBox;
  /** Told what people look like. */
  readonly profiles: Pick<Profiles, "changed">;
  /** Opens a picture that everybody may have. */
  readonly avatar: OpenAvatar;
  /** Answers what people write to the gateway itself. */
  readonly command: (command: RoomCommand) => Promise<string>;
  /** Links a room of another account with one that the bridge makes for it. */
  readonly portal: (asked: AskedPortal) => Promise<NativeRoom>;
  /** Told when this process began or ceased to hold the account. */
  readonly holding: (account: AccountId, held: boolean) => Promise<void>;
}
