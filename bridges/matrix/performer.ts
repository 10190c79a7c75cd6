/**
 * Makes calls in rooms, so that a call that is made again changes nothing: each has a transaction id of its own, which is
 * the same at every try and for no other call of the gateway's (client-server API, section 2.5).
 */
import { z } from "zod";
import {
  type DeliveryContext,
  DeliveryError,
  type Receipt,
  type Speaker,
  type Step,
  textArg,
} from "../../core/bridge/outbound.ts";
import type { NativeId } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { step as pass } from "../../core/steps.ts";
import type { MatrixContent } from "../../mappings/matrix/calls.ts";
import { type MatrixApi, path } from "./api.ts";
import type { Entrances } from "./entrances.ts";
import type { GhostLooks } from "./ghost-looks.ts";
import type { Ghosts, OwnUser } from "./ghosts.ts";
import { MARK } from "./names.ts";
import { RELAYED } from "./outbound.ts";
import { asDeliveryError, isForbidden, isMissing, notSent, refusalOf } from "./refusal.ts";
import { relayed } from "./relay.ts";
import type { Room } from "./room.ts";
import type { RoomAvatars } from "./room-avatar.ts";
import type { RoomStateWriter } from "./room-state-writer.ts";
import { type Sendable, sendableOf } from "./sendable.ts";
import { meantByRefusal } from "./shut-out.ts";
import type { Uploads } from "./uploads.ts";
import type { Voices } from "./voices.ts";

const sentForm = z.object({ event_id: z.string() });

export interface PerformerOptions {
  readonly api: Pick<MatrixApi, "call">;
  readonly gateway: string;
  readonly ghosts: Ghosts;
  readonly entrances: Pick<Entrances, "enter" | "isOut" | "leave">;
  readonly uploads: Pick<Uploads, "store" | "storeBytes">;
  readonly state: RoomStateWriter;
  readonly avatars: Pick<RoomAvatars, "write">;
  readonly looks: Pick<GhostLooks, "latest" | "wear">;
  readonly voices: Pick<Voices, "give" | "callsInVain">;
  readonly log: Logger;
}

/** Who sends, and whether he does it in somebody else's name. */
interface Sender {
  readonly user: OwnUser;
  readonly relays: boolean;
}

export class Performer {
  readonly #options: PerformerOptions;

  constructor(options: PerformerOptions) {
    this.#options = options;
  }

  /** Rejects with DeliveryError. */
  async perform(step: Step, context: DeliveryContext, room: Room): Promise<Receipt> {
    try {
      switch (step.op) {
        case "redact":
          return await this.#redact(step, context, room);
        case "out": {
          const reason = textArg(step, "reason");
          const why = reason === "" ? undefined : reason;
          await this.#options.entrances.leave(context.room, textArg(step, "ghost"), why);
          return { native: null, aux: null, at: Date.now() };
        }
        case "avatar":
          return await this.#options.avatars.write(step, context);
        case "state":
        case "pin":
        case "powers":
          return await this.#options.state.write(step, context.room);
        default:
          return await this.#send(step, context, room);
      }
    } catch (thrown) {
      throw asDeliveryError(await meantByRefusal(thrown, null, room, this.#options), step.op);
    }
  }

  async #send(step: Step, context: DeliveryContext, room: Room): Promise<Receipt> {
    const sender = await this.#senderOf(step, room);
    const sendable = await sendableOf(step, context.origin, sender.user.id, this.#options);
    const { speaker } = step;
    const said =
      sender.relays && speaker !== null
        ? { ...sendable, content: relayed(sendable.content, speaker) }
        : sendable;
    const native = await this.#put(said, context, sender.user, room);
    const edited = textArg(step, "edited");
    const aux = edited !== "" ? edited : sender.relays ? RELAYED : null;
    return { native: native as NativeId | null, aux, at: Date.now() };
  }

  /** The event's id; null: it stands there already, under an id that is not told. */
  async #put(
    { type, content }: Sendable,
    { room: id, key, origin }: DeliveryContext,
    user: OwnUser,
    room: Room,
  ): Promise<string | null> {
    const mark = { gateway: this.#options.gateway, key, ...origin };
    const at = path("rooms", id, "send", type, key);
    try {
      const sent = this.#call("PUT", at, user, { ...content, [MARK]: mark });
      pass("perform.sent");
      const answer = sentForm.parse(await sent);
      pass("perform.reflected");
      return answer.event_id;
    } catch (thrown) {
      if (refusalOf(thrown) === "M_DUPLICATE_ANNOTATION") return null;
      throw await meantByRefusal(thrown, user.id, room, this.#options);
    }
  }

  /** What could not be done for its sake was not sent: it is tried again without a question. */
  async #senderOf({ speaker, args }: Step, room: Room): Promise<Sender> {
    const { ghosts, voices } = this.#options;
    try {
      if (speaker === null) return { user: await ghosts.bot(), relays: false };
      if (args["relayed"] === true) return { user: await ghosts.bot(), relays: true };
      const ghost = await this.#inRoom(speaker, room);
      if (ghost !== null && !voices.callsInVain(await room.state(), ghost.id, args["content"]))
        return { user: ghost, relays: false };
      const edited = typeof args["edited"] === "string";
      if (edited)
        throw new DeliveryError(
          "delivery_forbidden",
          `${speaker.name} can't enter to change what was said`,
          NEVER,
        );
      return { user: await ghosts.bot(), relays: true };
    } catch (thrown) {
      const meant = await meantByRefusal(thrown, null, room, this.#options);
      throw notSent(asDeliveryError(meant, "entering"));
    }
  }

  /** The speaker's ghost in the room; null: the right to let him in is missing, which is said there once. */
  async #inRoom(speaker: Speaker, room: Room): Promise<OwnUser | null> {
    const { ghosts, entrances, looks, voices } = this.#options;
    const ghost = await ghosts.of(looks.latest(room.id, speaker));
    const state = await room.state();
    if (await entrances.enter(room.id, state, ghost)) {
      // Rooms that are being entered may miss a change of it.
      looks.wear(room.id, speaker);
      await voices.give(room.id, state, ghost.id);
      return ghost;
    }
    await room.tellMissingRight();
    return null;
  }

  /** Whoever is banned can't take back himself what he has said: null. */
  async #unlessBanned(speaker: Speaker, room: Room): Promise<OwnUser | null> {
    try {
      return await this.#inRoom(speaker, room);
    } catch (thrown) {
      if (thrown instanceof DeliveryError && thrown.code === "delivery_forbidden") return null;
      throw thrown;
    }
  }

  async #redact(step: Step, { room: id, key }: DeliveryContext, room: Room): Promise<Receipt> {
    const { ghosts } = this.#options;
    const ghost = textArg(step, "ghost");
    const done: Receipt = { native: null, aux: null, at: Date.now() };
    const at = path("rooms", id, "redact", textArg(step, "event"), key);
    const reason = textArg(step, "reason");
    const body = reason === "" ? {} : { reason };
    const bot = await ghosts.bot();
    const author =
      ghost !== "" ? { ...bot, id: ghost } : step.speaker && (await this.#unlessBanned(step.speaker, room));
    try {
      await this.#call("PUT", at, author ?? bot, body);
    } catch (thrown) {
      if (isMissing(thrown)) return done;
      // Whoever is out of the room can't, but the gateway's own user may be allowed to.
      if (!isForbidden(thrown) || author === null) throw thrown;
      await this.#call("PUT", at, bot, body);
    }
    return done;
  }

  #call(method: "PUT", at: string, { id, device }: OwnUser, body: MatrixContent): Promise<unknown> {
    return this.#options.api.call({
      method,
      path: at,
      as: id,
      body,
      ...(device !== undefined && { device }),
    });
  }
}

const NEVER = { certainty: "certain", retry: "never" } as const;
