/**
 * Pictures of the people in rooms, as clients without rights to a person's own address have them (XEP-0153): a hash in the
 * presence, and the picture in the vCard (XEP-0054), which is asked for at the occupant's address and passed on by the room.
 */
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { NativeUser, Translated } from "../../core/bridge/inbound.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { limits } from "../../core/limits.ts";
import type { Logger } from "../../core/log.ts";
import type { Milliseconds } from "../../core/time.ts";
import { bare, resource } from "./names.ts";
import type { Wearer } from "./occupants.ts";
import type { ComponentStream } from "./stream.ts";
import { ToldPhotos } from "./told-photos.ts";
import { pictureIn, Vcards } from "./vcards.ts";

/** Who comes after so many is not asked now. */
const MOST_WAITING = 500;
/** The longest that somebody is left alone whose pictures could not be had. */
const MOST_ALONE_MS: Milliseconds = 86_400_000;
/** People of whom that is remembered. */
const MOST_REMEMBERED = 10_000;

/** A picture's address here: its hash as presences tell it, and whose it is. */
const SOURCE = /^(sha1:[0-9a-f]{40}):([^/]+\/.+)$/s;

export interface OccupantPicturesOptions {
  readonly stream: Pick<ComponentStream, "request">;
  /** The JID that is in every room, and asks. */
  readonly listener: string;
  readonly host: Pick<BridgeHost, "profile">;
  readonly log: Logger;
  /** Somebody who is in a room now, by his identity there; null: he is not. */
  readonly wearer: (room: NativeRoom, identity: string) => Wearer | null;
  /** For tests; left out: the time of day. */
  readonly now?: () => Milliseconds;
}

interface Question {
  readonly photo: string;
  readonly bytes: Promise<Buffer>;
}

export class OccupantPictures {
  /** Asked together with those of rooms. */
  readonly vcards: Vcards;
  readonly #options: OccupantPicturesOptions;
  readonly #now: () => Milliseconds;
  readonly #told: ToldPhotos;
  /** What somebody is being asked for, or will be when he has answered, by native id. */
  readonly #asked = new Map<string, Question>();
  /** Whose pictures could not be had, whichever they were: he chooses what their hashes are. By native id. */
  readonly #failed = new Map<string, { readonly tries: number; readonly until: Milliseconds }>();

  constructor(options: OccupantPicturesOptions) {
    this.#options = options;
    this.vcards = new Vcards(options.stream, options.listener);
    this.#now = options.now ?? (() => Date.now());
    this.#told = new ToldPhotos({
      wearer: (native) => this.#wearer(native),
      tell: (user) => this.#tell(user),
      now: this.#now,
    });
  }

  /** The same, with where the picture of whoever said it is, if the room tells. Nobody is asked for it before somebody wants it. */
  pictured(event: Translated): Translated {
    if ((event.kind !== "message" && event.kind !== "property") || event.sender === null) return event;
    return { ...event, sender: this.#told.speaks(event.sender) };
  }

  /** An occupant shows another picture than before. Told of those alone who have said something, and in time. Not waited for. */
  changed(user: NativeUser): void {
    this.#told.changed(user.native);
  }

  /**
   * The picture at an address that was given to somebody here. Rejects with media_unreachable where it can't be had now: he is gone
   * or shows another one, and it was not asked for before, or his could not be had and its time has not come.
   */
  async picture(source: string): Promise<Buffer> {
    const [, photo = "", native = ""] = SOURCE.exec(source) ?? [];
    if (native === "") throw new GatewayError("media_refused", "it is no address of a picture here");
    const kept = this.vcards.kept(photo);
    if (kept !== undefined) return kept;
    this.#mayBeAsked(native, photo);
    const before = this.#asked.get(native);
    if (before?.photo === photo) return before.bytes;
    if (!before && this.#asked.size >= MOST_WAITING) throw unreachable("too many are asked for now");
    const bytes = Promise.allSettled([before?.bytes]).then(() => this.#inLine(native, photo));
    const question: Question = { photo, bytes };
    this.#asked.set(native, question);
    try {
      return await bytes;
    } finally {
      if (this.#asked.get(native) === question) this.#asked.delete(native);
    }
  }

  #tell(user: NativeUser): void {
    const { host, log } = this.#options;
    host.profile(user).catch((thrown: unknown) => {
      log.warn({ err: asGatewayError(thrown) }, "a new picture could not be noted");
    });
  }

  #wearer(native: string): Wearer | null {
    return this.#options.wearer(bare(native) as NativeRoom, resource(native));
  }

  /** Whom to ask for that picture. Throws media_unreachable where there is no sense in it. */
  #mayBeAsked(native: string, photo: string): Wearer {
    if ((this.#failed.get(native)?.until ?? 0) > this.#now()) throw unreachable("it could not be had lately");
    const wearer = this.#wearer(native);
    if (wearer?.photo !== photo) throw unreachable("nobody shows it any more");
    return wearer;
  }

  #inLine(native: string, photo: string): Promise<Buffer> {
    return this.vcards.inLine(
      () => this.#fetch(native, photo),
      () => this.#mayBeAsked(native, photo),
    );
  }

  async #fetch(native: string, photo: string): Promise<Buffer> {
    const wearer = this.#mayBeAsked(native, photo);
    try {
      const bytes = pictureIn(await this.vcards.ask(`${bare(native)}/${wearer.nick}`), photo);
      this.#failed.delete(native);
      this.vcards.keep(photo, bytes);
      return bytes;
    } catch (thrown) {
      const { code, detail } = asGatewayError(thrown);
      // Who went meanwhile, or shows another one, may come back with it. Where the stream ended nobody is seen: it may be for this.
      if (code === "account_down" || this.#wearer(native)?.photo === photo) this.#hasFailed(native);
      throw new GatewayError("media_unreachable", detail, { cause: thrown });
    }
  }

  /** He is left alone twice as long each time. */
  #hasFailed(native: string): void {
    const tries = (this.#failed.get(native)?.tries ?? 0) + 1;
    if (this.#failed.size >= MOST_REMEMBERED) this.#failed.clear();
    const alone = Math.min(limits.avatarAgainMs * 2 ** (tries - 1), MOST_ALONE_MS);
    this.#failed.set(native, { tries, until: this.#now() + alone });
  }
}

const unreachable = (reason: string): GatewayError => new GatewayError("media_unreachable", reason);
