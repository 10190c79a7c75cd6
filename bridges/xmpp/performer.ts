/** Makes steps happen: in order in each room, each with the promise of its receipt. */
import {
  type DeliveryContext,
  DeliveryError,
  type Receipt,
  type Step,
  textArg,
} from "../../core/bridge/outbound.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { step as pass } from "../../core/steps.ts";
import { fileHash, fileName, fileUrl, moveFile, textFilePayload } from "../../mappings/xmpp/file-payload.ts";
import { relayedPayload } from "../../mappings/xmpp/relay.ts";
import type { XmlElement } from "../../mappings/xml.ts";
import type { Echoes } from "./echoes.ts";
import { takeBack } from "./moderation.ts";
import { NS } from "./names.ts";
import type { FileStore } from "./file-store.ts";
import type { GhostPictures } from "./ghost-pictures.ts";
import { message, textPayload } from "./outbound.ts";
import { certain, refuseTooLong, requestRefusal } from "./refusal.ts";
import type { Room } from "./room.ts";
import { configureRoom, RoomField } from "./room-form.ts";
import { messageId, retractedId, sayer } from "./said-by.ts";
import type { ComponentStream } from "./stream.ts";
import { StanzaError } from "./stream.ts";
import { type Voice, Voices } from "./voices.ts";
import { xml } from "./xml.ts";

/** What is to be said, and who says it. */
interface Utterance extends Voice {
  readonly payload: readonly XmlElement[];
  /** The room's id of a message that is taken back by moderation, since who said it can't; left out: none is. */
  readonly takenBack?: string;
}

export interface PerformerOptions {
  readonly stream: ComponentStream;
  readonly echoes: Echoes;
  readonly files: FileStore;
  readonly gateway: string;
  readonly listener: string;
  readonly log: Logger;
  readonly pictures: Pick<GhostPictures, "wear">;
}

export class Performer {
  readonly #options: PerformerOptions;
  readonly #voices: Voices;
  /** Calls of a room that wait for a ghost to enter or a file to be stored: what comes after them waits too. */
  readonly #lines = new Map<NativeRoom, Promise<unknown>>();

  constructor(options: PerformerOptions) {
    this.#options = options;
    this.#voices = new Voices(options);
  }

  perform(room: Room, step: Step, context: DeliveryContext): Promise<Receipt> {
    const waiting = this.#lines.get(room.jid);
    const ghost = step.speaker && room.people.present(step.speaker);
    const payload = payloadOf(step);
    const isGhosts = sayer(step) !== "relay";
    if (
      !waiting &&
      ghost &&
      isGhosts &&
      ghost.role !== "visitor" &&
      step.op !== "file" &&
      fileUrl(payload) === null
    )
      return this.#make(room, step, context, { jid: ghost.jid, relayed: null, payload });
    const turn = (waiting ?? Promise.resolve()).then(() => this.#prepare(room, step, payload, context));
    // Wrapped, so that the next call waits for this one to leave, not for its receipt.
    const said = turn.then((utterance) => ({ receipt: this.#make(room, step, context, utterance) }));
    const line = said
      .catch(() => undefined)
      .finally(() => {
        if (this.#lines.get(room.jid) === line) this.#lines.delete(room.jid);
      });
    this.#lines.set(room.jid, line);
    return said.then(({ receipt }) => receipt);
  }

  async #prepare(
    room: Room,
    step: Step,
    payload: readonly XmlElement[],
    context: DeliveryContext,
  ): Promise<Utterance> {
    const placed =
      step.op === "file" ? await this.#stored(room, step) : await this.#placed(room, payload, context);
    try {
      return { ...(await this.#voices.of(room, step.speaker, sayer(step))), payload: placed };
    } catch (thrown) {
      const id = retractedId(payload);
      const isFinal = thrown instanceof DeliveryError && thrown.retry === "never";
      if (id === null || !isFinal || !room.stay.mapping().moderation) throw thrown;
      return { jid: this.#options.listener, relayed: null, payload, takenBack: id };
    }
  }

  /** The message with its file where the room's people can get at it. */
  async #placed(
    room: Room,
    payload: readonly XmlElement[],
    { origin }: DeliveryContext,
  ): Promise<readonly XmlElement[]> {
    const url = fileUrl(payload);
    if (url === null) return payload;
    const facts = origin && { ...origin, sha256: fileHash(payload) };
    const placed = await this.#options.files.place(url, fileName(payload, url), room.jid, facts);
    return moveFile(payload, url, placed);
  }

  /** A text that is too long for messages, as the message of a file. */
  async #stored(room: Room, step: Step): Promise<readonly XmlElement[]> {
    const filename = textArg(step, "filename");
    const url = await this.#options.files.storeText(textArg(step, "text"), filename, room.jid);
    if (url !== null) return textFilePayload(url, filename);
    const detail = "the text is too long for messages, and the service stores no files; say it in parts";
    throw certain("delivery_refused", detail, "never");
  }

  #make(room: Room, step: Step, context: DeliveryContext, utterance: Utterance): Promise<Receipt> {
    const text = textArg(step, "text");
    switch (step.op) {
      case "out":
        return Promise.resolve(room.people.out(textArg(step, "user")));
      case "topic":
        return this.#setSubject(room, text);
      case "name":
        return this.#configure(room, "name", text);
      case "avatar":
        return room.told.picture.write(step, context);
      case "moderate":
        return this.#takeBack(room, textArg(step, "id"), textArg(step, "reason"));
      case "moderated":
        return this.#configure(room, "moderated", step.args["moderated"] === true ? "1" : "0");
      case "notice":
        if (step.args["to"] !== null) return this.#whisper(room, step, context, text);
        return this.#say(room, context, utterance.jid, textPayload(text));
      default:
        if (utterance.takenBack !== undefined) return this.#takeBack(room, utterance.takenBack, "");
        this.#wearPicture(room, step);
        return this.#speak(room, context, utterance);
    }
  }

  #wearPicture(room: Room, { speaker }: Step): void {
    const ghost = speaker && room.people.present(speaker);
    if (ghost) this.#options.pictures.wear(room.jid, ghost, speaker);
  }

  #speak(room: Room, context: DeliveryContext, utterance: Utterance): Promise<Receipt> {
    const { jid, relayed, payload } = utterance;
    // One nick can't have the reactions of several: the room that does not let them in does not show them.
    if (relayed !== null && payload.some((element) => element.name === "reactions")) {
      this.#voices.leavesOut(room.jid, "reactions", utterance);
      return Promise.resolve({ native: null, aux: null, at: Date.now() });
    }
    if (relayed === null) return this.#say(room, context, jid, payload);
    return this.#say(room, context, jid, relayedPayload(payload, relayed), messageId(context.key, "relay"));
  }

  #say(
    room: Room,
    context: DeliveryContext,
    from: string,
    payload: readonly XmlElement[],
    id: string = context.key,
  ): Promise<Receipt> {
    const { echoes, gateway } = this.#options;
    const tooLong = refuseTooLong(payload);
    if (tooLong) return Promise.reject(tooLong);
    const receipt = echoes.wait(id, room.jid);
    const address = { from, to: room.jid, type: "groupchat" } as const;
    return this.#send(message(context, address, payload, gateway, id), receipt);
  }

  /** The room drops the id of a subject's message, so its new subject itself is the receipt. */
  #setSubject(room: Room, text: string): Promise<Receipt> {
    if (room.stay.subject === text) return Promise.resolve({ native: null, aux: null, at: Date.now() });
    const id = `subject ${room.jid}`;
    const receipt = this.#options.echoes.wait(id, room.jid);
    const attributes = { from: this.#options.listener, to: room.jid, type: "groupchat", id };
    return this.#send(xml("message", attributes, xml("subject", {}, text)), receipt);
  }

  async #configure(room: Room, field: keyof typeof RoomField, value: string): Promise<Receipt> {
    const { stream, listener: from } = this.#options;
    try {
      await configureRoom(stream, { room: room.jid, from, fields: { [RoomField[field]]: value } });
      return { native: null, aux: null, at: Date.now() };
    } catch (thrown) {
      throw requestRefusal(thrown);
    }
  }

  async #takeBack(room: Room, id: string, reason: string): Promise<Receipt> {
    const { stream, listener: from } = this.#options;
    const { moderation: version } = room.stay.info;
    const held = { native: null, aux: null, at: Date.now() };
    if (version === null) throw certain("delivery_refused", "the room has no moderation any more", "never");
    try {
      await takeBack(stream, { room: room.jid, from, version, id, reason });
      return held;
    } catch (thrown) {
      // Its archive knows no such message any more, so that nobody who comes is shown it.
      if (thrown instanceof StanzaError && thrown.condition === "item-not-found") return held;
      throw requestRefusal(thrown);
    }
  }

  /** To one occupant. Private messages are not reflected, but an error would come before a later answer. */
  async #whisper(room: Room, step: Step, context: DeliveryContext, text: string): Promise<Receipt> {
    const { stream, echoes, gateway, listener } = this.#options;
    const nick = room.people.nickFor(textArg(step, "to"), textArg(step, "nick"));
    const tooLong = refuseTooLong(textPayload(text));
    if (tooLong) throw tooLong;
    const receipt = echoes.wait(context.key, room.jid);
    const address = { from: listener, to: `${room.jid}/${nick}`, type: "chat" } as const;
    const sent = this.#send(message(context, address, textPayload(text), gateway), receipt);
    const ping = xml("iq", { type: "get", from: listener, to: `${room.jid}/${room.stay.nick ?? ""}` });
    ping.append(xml("ping", { xmlns: NS.ping }));
    void stream.request(ping).then(
      () => echoes.confirmed(context.key, Date.now()),
      () => echoes.confirmed(context.key, Date.now()),
    );
    return sent;
  }

  #send(stanza: Parameters<ComponentStream["send"]>[0], receipt: Promise<Receipt>): Promise<Receipt> {
    try {
      this.#options.stream.send(stanza);
    } catch (thrown) {
      // The stream went down in this very turn: nothing has left.
      this.#options.echoes.lose(asGatewayError(thrown).message);
      return receipt;
    }
    pass("perform.sent");
    return receipt;
  }
}

const payloadOf = (step: Step): readonly XmlElement[] =>
  step.op === "message" ? (step.args["payload"] as unknown as readonly XmlElement[]) : [];
