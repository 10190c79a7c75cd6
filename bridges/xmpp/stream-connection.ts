/**
 * One connection of a component stream, from its first packet to its end; it is never used again. The library
 * connects, opens the stream and shakes hands. From there on its ways are bypassed: they answer requests by
 * themselves, follow redirections and cost several promises a stanza.
 */
import type { Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";
import { component } from "@xmpp/component";
import type { ComponentEntity } from "@xmpp/component";
import { xmlText } from "../../mappings/xmpp/xml-text.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import { NS_STREAM, readError, serverError, socketError, streamEnd } from "./stream-error.ts";
import type { StreamLimits } from "./stream-limits.ts";
import { Outgoing } from "./stream-outgoing.ts";
import { SilenceWatch } from "./stream-silence.ts";
import { StanzaParser } from "./xml-parser.ts";
import { serializeXml, xml } from "./xml.ts";
import type { Element } from "./xml.ts";

export interface ConnectionSettings {
  readonly service: string;
  readonly domain: string;
  readonly password: string;
  readonly pingTo: string;
  readonly limits: StreamLimits;
}

export interface ConnectionEvents {
  online(): void;
  stanza(element: Element): void;
  /** Once, at the end, whoever caused it; null where `close` did. */
  ended(error: GatewayError | null): void;
}

type State = "opening" | "online" | "closing" | "ended";

export class StreamConnection {
  readonly #settings: ConnectionSettings;
  readonly #events: ConnectionEvents;
  readonly #entity: ComponentEntity;
  readonly #decoder = new StringDecoder("utf8");
  readonly #outgoing: Outgoing;
  #socket: Socket | null = null;
  #state: State = "opening";
  #opening: NodeJS.Timeout | undefined;
  #silence: SilenceWatch | null = null;

  /** Starts to connect at once. */
  constructor(settings: ConnectionSettings, events: ConnectionEvents) {
    this.#settings = settings;
    this.#events = events;
    this.#outgoing = new Outgoing({
      flushLength: settings.limits.flushLength,
      open: () => this.#state === "online",
      write: (text) => this.#socket?.write(text),
    });
    this.#entity = this.#prepare();
    this.#opening = setTimeout(() => {
      this.drop(new GatewayError("account_down", `${settings.service} did not open the stream in time`));
    }, settings.limits.openMs);
    this.#open().catch((error: unknown) => {
      this.drop(asGatewayError(error));
    });
  }

  get online(): boolean {
    return this.#state === "online";
  }

  /** Hands the stanza to the socket together with everything else of this turn. Call it only while online. */
  send(stanza: Element): void {
    this.#outgoing.add(xmlText(serializeXml(stanza)).text);
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    if (this.#state !== "online") return;
    this.#silence?.heard();
    this.#socket?.resume();
  }

  /** Ends the stream in order, or hard where the server does not follow in time. No stanza comes after the call. */
  async close(): Promise<void> {
    if (this.#state !== "online") {
      this.#end(null);
      return;
    }
    this.#outgoing.flush();
    this.#state = "closing";
    this.#silence?.stop();
    this.#socket?.resume();
    this.#entity.timeout = this.#settings.limits.closeMs;
    await this.#entity.stop();
    this.#end(null);
  }

  /** Gives the connection up; `condition` (RFC 6120, section 4.9.3) tells the server why. */
  drop(error: GatewayError, condition: string | null = null): void {
    if (this.#state === "closing") return;
    const farewell = this.#state === "online" ? this.#outgoing.text + streamEnd(condition) : "";
    this.#end(error, farewell);
  }

  #prepare(): ComponentEntity {
    const { limits, ...options } = this.#settings;
    const entity = component(options);
    entity.reconnect.stop();
    entity.timeout = limits.openMs;
    entity.Parser = class extends StanzaParser {
      constructor() {
        super(limits);
      }
    };
    const overrides: Pick<ComponentEntity, "_onData" | "_onElement"> = {
      _onData: (bytes) => {
        this.#read(bytes);
      },
      _onElement: (element) => {
        this.#receive(element);
      },
    };
    Object.assign(entity, overrides);
    entity.on("error", (error: Error) => {
      this.drop(error instanceof GatewayError ? error : socketError(error, options.service));
    });
    const closed = () => {
      this.drop(new GatewayError("account_down", `${options.service} closed the connection`));
    };
    entity.on("close", closed);
    entity.on("disconnect", closed);
    return entity;
  }

  async #open(): Promise<void> {
    const { service, domain } = this.#settings;
    const connected = this.#entity.connect(service);
    this.#socket = this.#entity.socket;
    await connected;
    // Otherwise a stanza waits for the acknowledgement of the one before it, up to 40 ms.
    this.#socket?.setNoDelay(true);
    if (this.#state === "opening") await this.#entity.open({ domain });
  }

  #read(bytes: Buffer): void {
    const parser = this.#entity.parser;
    if (parser === null || this.#state === "ended") return;
    this.#silence?.heard();
    // A character may be cut in two by the end of a packet.
    const text = this.#decoder.write(bytes);
    try {
      parser.write(text);
    } catch (thrown) {
      const error = readError(thrown);
      this.drop(error, error.code === "stanza_too_large" ? "policy-violation" : "not-well-formed");
      return;
    }
    if (this.#state === "online" && /\S/.test(text)) this.#outgoing.received();
  }

  #receive(element: Element): void {
    if (this.#state === "closing" || this.#state === "ended") return;
    if (element.is("error", NS_STREAM)) {
      this.drop(serverError(element, this.#settings.domain));
    } else if (this.#state === "opening") {
      this.#finishHandshake(element);
    } else if (this.#silence?.pinged(element.attrs["id"]) === true) {
      // The byte was all that was wanted.
    } else if (element.name === "message" || element.name === "presence" || element.name === "iq") {
      this.#hand(() => {
        this.#events.stanza(element);
      });
    }
  }

  #finishHandshake(answer: Element): void {
    // Our own handshake is not empty. It comes back where a system connected us to our own port, which can
    // happen on loopback while the server is away.
    if (answer.name !== "handshake" || answer.children.length > 0) {
      const { service } = this.#settings;
      this.drop(new GatewayError("stream_failed", `${service} is not a component port: no handshake came`));
      return;
    }
    this.#entity.emit("element", answer);
    // The library goes online only after this read, in which stanzas may follow.
    this.#state = "online";
    clearTimeout(this.#opening);
    this.#silence = this.#watch();
    this.#hand(() => {
      this.#events.online();
    });
  }

  /** A stanza that could not be taken ends the stream: what comes after it must not overtake it. */
  #hand(take: () => void): void {
    try {
      take();
    } catch (thrown) {
      this.drop(asGatewayError(thrown), "internal-server-error");
    }
  }

  #watch(): SilenceWatch {
    const { domain, pingTo, limits } = this.#settings;
    return new SilenceWatch(limits, {
      ping: (id) => {
        const ping = xml("ping", { xmlns: "urn:xmpp:ping" });
        this.send(xml("iq", { type: "get", from: domain, to: pingTo, id }, ping));
      },
      dead: (silentMs) => {
        this.drop(new GatewayError("account_down", `the server has been silent for ${silentMs} ms`));
      },
      paused: () => this.#socket?.isPaused() === true,
    });
  }

  #end(error: GatewayError | null, farewell = ""): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    clearTimeout(this.#opening);
    this.#silence?.stop();
    const socket = this.#socket;
    // Makes the library give up whatever it waits for; our own listener has nothing left to do.
    this.#entity.emit("error", error ?? new GatewayError("account_down", "the stream was closed"));
    if (farewell === "" || socket === null) {
      socket?.destroy();
    } else {
      const forced = setTimeout(() => socket.destroy(), this.#settings.limits.closeMs);
      socket.once("close", () => {
        clearTimeout(forced);
      });
      socket.write(farewell);
      socket.destroySoon();
    }
    this.#events.ended(error);
  }
}
