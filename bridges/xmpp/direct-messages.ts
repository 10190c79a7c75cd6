/**
 * What people write to the gateway itself, outside of rooms: commands, answered to whoever wrote them. Who owns a room, or
 * is an admin of it, says what becomes of it (XEP-0045, sections 9 and 10).
 */
import type { BridgeHost } from "../../core/bridge/host.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { bare, NS } from "./names.ts";
import type { Portals } from "./portals.ts";
import { type ComponentStream, StanzaError } from "./stream.ts";
import { attribute, type Element, xml } from "./xml.ts";

const HELP = /^help$/i;
/** Commands of one person that are under way at a time; what goes beyond is refused. */
const MOST_UNDER_WAY = 3;

export interface DirectMessagesOptions {
  readonly stream: ComponentStream;
  /** The gateway's own full JID. */
  readonly listener: string;
  readonly host: Pick<BridgeHost, "command">;
  readonly log: Logger;
  readonly portals: Pick<Portals, "help" | "take">;
}

export class DirectMessages {
  readonly #options: DirectMessagesOptions;
  readonly #underWay = new Map<string, number>();

  constructor(options: DirectMessagesOptions) {
    this.#options = options;
  }

  /** Takes a message that a person has written to the gateway, and answers it. */
  take(stanza: Element): void {
    const from = attribute(stanza, "from");
    const text = stanza.getChildText("body")?.trim();
    if (from !== undefined && text) void this.run(from, text).then((answer) => this.#answer(from, answer));
  }

  /** The answer to what a person tells the gateway, in whichever way. Never rejects. */
  async run(from: string, text: string): Promise<string> {
    const person = bare(from);
    const underWay = this.#underWay.get(person) ?? 0;
    if (underWay >= MOST_UNDER_WAY) return "One command after the other, please.";
    this.#underWay.set(person, underWay + 1);
    try {
      return await this.#answerTo(from, text);
    } catch (thrown) {
      const error = asGatewayError(thrown);
      this.#options.log.warn({ person, err: error }, "a command failed");
      return `That did not work: ${error.detail}`;
    } finally {
      const left = (this.#underWay.get(person) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(person);
      else this.#underWay.set(person, left);
    }
  }

  async #answerTo(from: string, text: string): Promise<string> {
    const { host, portals } = this.#options;
    const person = bare(from);
    const user = { native: person, name: person };
    const manages = async (room: NativeRoom) => this.#manages(person, room);
    const answer =
      (await portals.take(from, text)) ??
      (await host.command({ from: user, speaksAsSuch: false, text, here: null, manages }));
    return HELP.test(text) && portals.help !== null ? `${answer}\n${portals.help}` : answer;
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
