/** MUCs as their services hold them: what the archives say now. */
import { attribute, parseXml } from "../../bridges/xmpp/xml.ts";
import { type GroupMessage, readGroupMessage } from "../clients/xmpp-messages.ts";
import { fileText } from "./file-text.ts";
import { readMessage } from "./reading.ts";
import type { Side } from "./service.ts";
import { NS } from "./stanzas.ts";

const MARK = "urn:mimi-gateway:mark:0";

/** What stands in a room. */
export interface Held {
  /** What people said and did there and elsewhere, a line each. */
  readonly lines: readonly string[];
  /** What the gateway itself said. */
  readonly words: readonly string[];
}

/** What stands in the archives of rooms, with the files' contents, which are fetched once. */
export class Archives {
  readonly #files = new Map<string, string>();

  /** A room's archive, in which every change is a line of its own. */
  async held(side: Side): Promise<Held> {
    const all = archived(side);
    const lines: string[] = [];
    const words: string[] = [];
    for (const message of all) {
      const mark = message.stanza.getChild("copy", MARK);
      if (mark && attribute(mark, "event") === undefined)
        words.push(...(message.body === null ? [] : [message.body]));
      else lines.push(...(await this.#read(message, all)));
    }
    return { lines, words };
  }

  async #read(message: GroupMessage, all: readonly GroupMessage[]): Promise<string[]> {
    const url = message.stanza.getChild("x", NS.oob)?.getChildText("url");
    if (!url || url !== message.body) {
      const line = readMessage(message, all);
      return line === null ? [] : [line];
    }
    const name = url.slice(url.lastIndexOf("/") + 1);
    const what = message.stanza.getChild("sticker", NS.stickers) ? "sticker" : `file ${name}`;
    return [`${message.nick ?? ""}: ${what}: ${await this.#content(url)}`];
  }

  async #content(url: string): Promise<string> {
    const known = this.#files.get(url);
    if (known !== undefined) return known;
    const answer = await fetch(url);
    const content = answer.ok ? fileText(await answer.bytes()) : `nothing, but the answer ${answer.status}`;
    this.#files.set(url, content);
    return content;
  }
}

/** The archive's messages as a client reads them, oldest first. */
export function archived({ service, room }: Side): GroupMessage[] {
  return service.prosody
    .readArchive(room)
    .map(({ stanza, stanzaId }) => ({ ...readGroupMessage(parseXml(stanza)), stanzaId }));
}
