/**
 * Which picture of somebody in a room the core is told. Whoever is in a room chooses what his presence says, as often as he likes, and
 * each change costs something everywhere he is shown: so there is one a minute at most, and the last one counts.
 */
import type { NativeUser } from "../../core/bridge/inbound.ts";
import type { Milliseconds } from "../../core/time.ts";
import type { Wearer } from "./occupants.ts";

/** The time between two changes of one person's picture. */
export const PICTURE_EVERY_MS: Milliseconds = 60_000;
/** People; of who spoke before so many others, nothing is told until he speaks again. */
const MOST_TOLD = 10_000;

export interface ToldPhotosOptions {
  /** Somebody who is in a room now, by his native id; null: he is not. */
  readonly wearer: (native: string) => Wearer | null;
  /** Takes what has changed while somebody said nothing. */
  readonly tell: (user: NativeUser) => void;
  readonly now: () => Milliseconds;
}

interface Told {
  /** As a `Wearer` has it; null: nothing was told of it yet. */
  photo: string | null;
  /** When another one was told of, and when it was last told at all. */
  changedAt: Milliseconds;
  toldAt: Milliseconds;
  /** Whether a time is set at which it is looked at again. */
  waits: boolean;
}

export class ToldPhotos {
  readonly #options: ToldPhotosOptions;
  /** Of those who have said something, by native id; who spoke longest ago comes first. */
  readonly #told = new Map<string, Told>();

  constructor(options: ToldPhotosOptions) {
    this.#options = options;
  }

  /** Somebody who has just said something, with his picture as it is to be shown, if the room tells. */
  speaks(user: NativeUser): NativeUser {
    const { native } = user;
    const told = this.#spoke(native);
    const now = this.#options.now();
    const photo = this.#options.wearer(native)?.photo ?? null;
    if (photo === null) return user;
    const isTooSoon = now - told.changedAt < PICTURE_EVERY_MS;
    if (photo !== told.photo && isTooSoon) this.#tellInTime(native);
    return withPhoto(user, note(told, isTooSoon ? (told.photo ?? photo) : photo, now));
  }

  /** Somebody shows another picture than before. Nothing is told of who has said nothing. */
  changed(native: string): void {
    this.#tellInTime(native);
  }

  /**
   * Not sooner than a minute after he last said something: that carries the picture of before, and may not be in the log yet. What he
   * says meanwhile carries the new one.
   */
  #tellInTime(native: string): void {
    const told = this.#told.get(native);
    if (!told || told.waits) return;
    const now = this.#options.now();
    const wait = told.toldAt + PICTURE_EVERY_MS - now;
    if (wait > 0) {
      told.waits = true;
      const again = () => {
        told.waits = false;
        this.#tellInTime(native);
      };
      setTimeout(again, wait).unref();
      return;
    }
    const wearer = this.#options.wearer(native);
    if (wearer === null || wearer.photo === null || wearer.photo === told.photo) return;
    this.#options.tell(withPhoto({ native, name: wearer.nick }, note(told, wearer.photo, now)));
  }

  #spoke(native: string): Told {
    const told = this.#told.get(native) ?? {
      photo: null,
      changedAt: -Infinity,
      toldAt: -Infinity,
      waits: false,
    };
    this.#told.delete(native);
    this.#told.set(native, told);
    for (const longest of this.#told.keys()) {
      if (this.#told.size <= MOST_TOLD) break;
      this.#told.delete(longest);
    }
    return told;
  }
}

/** What is told now. The first word on it is no change: many clients say that there is no picture before they have looked. */
function note(told: Told, photo: string, now: Milliseconds): string {
  if (told.photo !== null && told.photo !== photo) told.changedAt = now;
  told.photo = photo;
  told.toldAt = now;
  return photo;
}

/** The picture's address names whose it is, since it is asked for at him. */
const withPhoto = (user: NativeUser, photo: string): NativeUser => ({
  ...user,
  avatar: photo === "" ? null : `${photo}:${user.native}`,
});
