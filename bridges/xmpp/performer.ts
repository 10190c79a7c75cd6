/** Makes steps happen: in order in each room, each with the promise of its receipt. */
import { type DeliveryContext, DeliveryError, type Receipt, type Step } from "../../core/bridge.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { step as pass } from "../../core/steps.ts";
import { relayed } from "../../mappings/xmpp/nick.ts";
import type { Echoes } from "./echoes.ts";
import { NS } from "./names.ts";
import { message } from "./outbound.ts";
import type { Room } from "./room.ts";
import { setRoomName } from "./room-form.ts";
import type { ComponentStream } from "./stream.ts";
import { StanzaError } from "./stream.ts";
import { streamLimits } from "./stream-limits.ts";
import { serializeXml, xml } from "./xml.ts";

/** Bytes of one UTF-16 code unit at most: `&amp;`. */
const LONGEST_ESCAPE = 5;

/** Who says it, and in which words: a ghost for himself, or the listener for somebody whom the room does not let in. */
interface Mouth {
  readonly jid: string;
  readonly text: string;
}

export interface PerformerOptions {
  readonly stream: ComponentStream;
  readonly echoes: Echoes;
  readonly gateway: string;
  readonly listener: string;
}

export class Performer {
  readonly #options: PerformerOptions;
  /** Calls of a room that wait for a ghost to enter: what comes after them waits too. */
  readonly #lines = new Map<NativeRoom, Promise<unknown>>();

  constructor(options: PerformerOptions) {
    this.#options = options;
  }

  perform(room: Room, step: Step, context: DeliveryContext): Promise<Receipt> {
    const waiting = this.#lines.get(room.jid);
    const ghost = step.speaker && room.present(step.speaker);
    if (!waiting && ghost) return this.#speak(room, step, context, { jid: ghost.jid, text: textOf(step) });
    const turn = (waiting ?? Promise.resolve()).then(() => this.#mouth(room, step));
    // Wrapped, so that the next call waits for this one to leave, not for its receipt.
    const said = turn.then((mouth) => ({ receipt: this.#speak(room, step, context, mouth) }));
    const line = said
      .catch(() => undefined)
      .finally(() => {
        if (this.#lines.get(room.jid) === line) this.#lines.delete(room.jid);
      });
    this.#lines.set(room.jid, line);
    return said.then(({ receipt }) => receipt);
  }

  async #mouth(room: Room, step: Step): Promise<Mouth> {
    const { listener } = this.#options;
    if (!step.speaker) return { jid: listener, text: textOf(step) };
    const { ghost, entry } = await room.speaker(step.speaker);
    if (entry.entered) return { jid: ghost.jid, text: textOf(step) };
    switch (entry.condition) {
      case "forbidden":
        throw new DeliveryError("delivery_forbidden", `${step.speaker.name} is banned from the room`, {
          certainty: "certain",
          retry: "never",
        });
      case "stream-lost":
      case "timeout":
        throw new DeliveryError("account_down", entry.detail, {
          certainty: "certain",
          retry: "after",
          afterMs: 2_000,
        });
      default:
        // Nicks taken, members only, full: the gateway's own nick says it.
        return { jid: listener, text: relayed(step.speaker.name, textOf(step)) };
    }
  }

  #speak(room: Room, step: Step, context: DeliveryContext, mouth: Mouth): Promise<Receipt> {
    const tooLong = refuseTooLong(mouth.text);
    if (tooLong) return Promise.reject(tooLong);
    switch (step.op) {
      case "topic":
        return this.#setSubject(room, mouth);
      case "name":
        return this.#setName(room, mouth.text);
      case "notice":
        return step.args["to"] === null
          ? this.#say(room, context, mouth)
          : this.#whisper(room, step, context, mouth);
      default:
        return this.#say(room, context, mouth);
    }
  }

  #say(room: Room, context: DeliveryContext, mouth: Mouth): Promise<Receipt> {
    const { echoes, gateway } = this.#options;
    const receipt = echoes.wait(context.key, room.jid);
    const address = { from: mouth.jid, to: room.jid, type: "groupchat" } as const;
    return this.#send(message(context, address, mouth.text, gateway), receipt);
  }

  /** The room drops the id of a subject's message, so its new subject itself is the receipt. */
  #setSubject(room: Room, mouth: Mouth): Promise<Receipt> {
    if (room.subject === mouth.text) return Promise.resolve({ native: null, at: Date.now() });
    const id = `subject ${room.jid}`;
    const receipt = this.#options.echoes.wait(id, room.jid);
    const attributes = { from: mouth.jid, to: room.jid, type: "groupchat", id };
    return this.#send(xml("message", attributes, xml("subject", {}, mouth.text)), receipt);
  }

  async #setName(room: Room, name: string): Promise<Receipt> {
    try {
      await setRoomName(this.#options.stream, { room: room.jid, from: this.#options.listener, name });
      return { native: null, at: Date.now() };
    } catch (thrown) {
      throw asRefusal(thrown);
    }
  }

  /** To one occupant. Private messages are not reflected, but an error would come before a later answer. */
  async #whisper(room: Room, step: Step, context: DeliveryContext, mouth: Mouth): Promise<Receipt> {
    const { stream, echoes, gateway, listener } = this.#options;
    const nick = room.nickFor(String(step.args["to"]), String(step.args["nick"]));
    const receipt = echoes.wait(context.key, room.jid);
    const address = { from: listener, to: `${room.jid}/${nick}`, type: "chat" } as const;
    const sent = this.#send(message(context, address, mouth.text, gateway), receipt);
    const ping = xml("iq", { type: "get", from: listener, to: `${room.jid}/${room.listenerNick ?? ""}` });
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

/** One stanza beyond the server's limit would end the stream, and with it what is under way in all rooms. */
function refuseTooLong(text: string): DeliveryError | null {
  const most = streamLimits.sentTextBytes;
  if (text.length * LONGEST_ESCAPE <= most) return null;
  const length = Buffer.byteLength(serializeXml(xml("body", {}, text)));
  if (length <= most) return null;
  const detail = `the text has ${length} bytes in XML, and servers take about ${most}; say it in parts`;
  return new DeliveryError("delivery_refused", detail, { certainty: "certain", retry: "never" });
}

const textOf = (step: Step): string => String(step.args["text"] ?? "");

function asRefusal(thrown: unknown): DeliveryError {
  if (thrown instanceof StanzaError)
    return new DeliveryError("delivery_forbidden", `the room's name can't be set: ${thrown.condition}`, {
      certainty: "certain",
      retry: "never",
    });
  const { code, detail } = asGatewayError(thrown);
  // Setting the same name again is harmless, so it need not be asked for.
  return new DeliveryError(
    code,
    detail,
    { certainty: "certain", retry: "after", afterMs: 2_000 },
    { cause: thrown },
  );
}
