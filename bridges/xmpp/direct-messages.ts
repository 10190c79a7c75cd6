/**
 * What people write to the gateway itself, outside of rooms: commands, answered to whoever wrote them. Who owns a room, or
 * is an admin of it, says what becomes of it (XEP-0045, sections 9 and 10).
 */
import type { BridgeHost } from "../../core/bridge/host.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { bare, NS } from "./names.ts";
import { type ComponentStream, StanzaError } from "./stream.ts";
import { attribute, type Element, xml } from "./xml.ts";

/** Commands of one person that are under way at a time; what goes beyond is refused. */
const MOST_UNDER_WAY = 3;

export interface DirectMessagesOptions {
  readonly stream: ComponentStream;
  /** The gateway's own full JID. */
  readonly listener: string;
  readonly host: Pick<BridgeHost, "command">;
  readonly log: Logger;
}

export class DirectMessages {
  readonly #options: DirectMessagesOptions;
  readonly #underWay = new Map<string, number>();

  constructor(options: DirectMessagesOptions) {
    this.#options = options;
  }

  /**
   * Takes a message that is for the gateway, and answers it. `fromRoom`: it came through a room, which vouches for a nick
   * but not for a person.
   */
  take(stanza: Element, fromRoom: boolean): void {
    const from = attribute(stanza, "from");
    const text = stanza.getChildText("body")?.trim();
    if (from === undefined || !text) return;
    if (fromRoom) {
      this.#answer(from, `Write to ${bare(this.#options.listener)} directly: here I can't see who you are.`);
      return;
    }
    const person = bare(from);
    const underWay = this.#underWay.get(person) ?? 0;
    if (underWay >= MOST_UNDER_WAY) {
      this.#answer(from, "One command after the other, please.");
      return;
    }
    this.#underWay.set(person, underWay + 1);
    void this.#run(from, text).finally(() => {
      const left = (this.#underWay.get(person) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(person);
      else this.#underWay.set(person, left);
    });
  }

  async #run(from: string, text: string): Promise<void> {
    const { host, log } = this.#options;
    const person = bare(from);
    try {
      const user = { native: person, name: person };
      const manages = async (room: NativeRoom) => this.#manages(person, room);
      this.#answer(from, await host.command({ from: user, speaksAsSuch: false, text, here: null, manages }));
    } catch (thrown) {
      const error = asGatewayError(thrown);
      log.warn({ person, err: error }, "a command failed");
      this.#answer(from, `That did not work: ${error.detail}`);
    }
  }

  /** Whether the room names the person as an owner or admin. Rejects with StanzaError where it does not tell us. */
  async #manages(person: string, room: NativeRoom): Promise<boolean> {
    for (const affiliation of ["owner", "admin"]) {
      const iq = xml("iq", { type: "get", from: this.#options.listener, to: room });
      const query = xml("query", { xmlns: NS.mucAdmin });
      query.append(xml("item", { affiliation }));
      iq.append(query);
      try {
        const answer = await this.#options.stream.request(iq);
        const items = answer.getChild("query", NS.mucAdmin)?.getChildren("item") ?? [];
        if (items.some((item) => attribute(item, "jid") === person)) return true;
      } catch (thrown) {
        // A room that does not tell whom it belongs to is one that the gateway has no rights in.
        if (!(thrown instanceof StanzaError)) throw thrown;
        return false;
      }
    }
    return false;
  }

  /** Codes are secrets: servers are asked to keep no copy. */
  #answer(to: string, text: string): void {
    const { stream, listener } = this.#options;
    if (!stream.online) return;
    const message = xml("message", { from: listener, to, type: "chat" }, xml("body", {}, text));
    message.append(xml("no-store", { xmlns: NS.hints }));
    message.append(xml("no-copy", { xmlns: NS.hints }));
    stream.send(message);
  }
}
