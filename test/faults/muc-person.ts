/** Somebody in a MUC who goes through the script. */
import { setTimeout as pause } from "node:timers/promises";
import { xml } from "@xmpp/client";
import type { Milliseconds } from "../../core/time.ts";
import type { GroupMessage } from "../../deploy/clients/xmpp-messages.ts";
import { XmppUser } from "../../deploy/clients/xmpp-user.ts";
import { body, correction, reactions, retraction } from "../../deploy/demo/stanzas.ts";
import type { Prosody } from "../../deploy/servers/prosody.ts";
import { Said } from "./said.ts";
import { EMOJI, Script } from "./script.ts";
import type { Person } from "./scripted-crowd.ts";

export const PASSWORD = "pass";
const AGAIN_AFTER: Milliseconds = 100;

export interface MucPersonOptions {
  readonly prosody: Prosody;
  /** The MUC's address. */
  readonly room: string;
  /** Of his account and in the room. */
  readonly name: string;
  readonly every: Milliseconds;
}

export class MucPerson implements Person {
  readonly said: Said;
  readonly every: Milliseconds;
  readonly #options: MucPersonOptions;
  readonly #script = new Script<GroupMessage>();
  #user: XmppUser | null = null;

  constructor(options: MucPersonOptions) {
    this.#options = options;
    this.every = options.every;
    this.said = new Said(options.name);
  }

  async enter(wanted: () => boolean): Promise<void> {
    const { prosody, room, name } = this.#options;
    const { domain, ports } = prosody;
    await this.leave();
    this.#user = null;
    while (wanted()) {
      try {
        const user = await XmppUser.connect({ domain, port: ports.c2s, name, password: PASSWORD });
        await user.join(room, name);
        this.#user = user;
        return;
      } catch {
        await pause(AGAIN_AFTER);
      }
    }
  }

  async act(wanted: () => boolean): Promise<void> {
    const { deed, of, done } = this.#script.next();
    const text = deed === "say" || deed === "edit" ? this.said.text() : "";
    const store = xml("store", { xmlns: "urn:xmpp:hints" });
    const stanzas = {
      say: () => [body(text)],
      edit: () => correction(of, text),
      delete: () => retraction(of),
      react: () => [...reactions(of, EMOJI), store],
      unreact: () => [...reactions(of), store],
    };
    try {
      if (this.#user === null) throw new Error("not connected");
      const reflected = await this.#user.send(this.#options.room, ...stanzas[deed]());
      if (text !== "") this.said.stands(text);
      done(reflected);
    } catch {
      // It may stand in the room or not: the archive will tell, and it is not done again.
      done(null);
      await this.enter(wanted);
    }
  }

  heard(): readonly string[] {
    return (this.#user?.messages(this.#options.room) ?? []).map(({ body: text }) => text ?? "");
  }

  async leave(): Promise<void> {
    await this.#user?.disconnect().catch(() => undefined);
  }
}
