/** What a room is given by the account that it is of. */
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { Logger } from "../../core/log.ts";
import type { Milliseconds } from "../../core/time.ts";
import type { Archive } from "./archive.ts";
import type { Echoes } from "./echoes.ts";
import type { OccupantPictures } from "./occupant-pictures.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import type { ComponentStream } from "./stream.ts";

export interface RoomContext {
  readonly stream: ComponentStream;
  readonly archive: Archive;
  readonly echoes: Echoes;
  readonly pictures: Pick<OccupantPictures, "changed" | "vcards">;
  readonly media: MediaLimits;
  readonly log: Logger;
  readonly host: BridgeHost;
  readonly domain: string;
  readonly listener: string;
  readonly nick: string;
  readonly label: string;
  /** How many ghosts may be in the room at a time. */
  readonly mostGhosts: number;
  /** The password that the operator has given for the room; null: none. */
  readonly password: () => Promise<string | null>;
  readonly now: () => Milliseconds;
  /** Called with +1 for something handed to the core, with -1 when it is written. */
  readonly pending: (change: 1 | -1) => void;
}
