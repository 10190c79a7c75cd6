/**
 * The floor of the XMPP part: a relay between pairs of rooms that keeps nothing and asks for nothing. One listener a room,
 * a ghost for everybody who speaks; only what the latency of TCP needs is done. A child of the bench.
 */
import { component, xml } from "@xmpp/component";
import type { ComponentEntity } from "@xmpp/component";
import type { Element } from "@xmpp/xml";
import { type RelayJob, relayJobForm } from "./relay-job.ts";

/** As much more of the library as is used here. */
interface RelayEntity extends ComponentEntity {
  start(): Promise<unknown>;
  send(stanza: Element): Promise<void>;
}

const MUC = "http://jabber.org/protocol/muc";

class Relay {
  readonly #entity: RelayEntity;
  readonly #listener: string;
  readonly #domain: string;
  readonly #other = new Map<string, string>();
  /** Full JIDs in rooms of our own, by the room. */
  readonly #own = new Set<string>();
  readonly #entered = Promise.withResolvers<void>();
  #missing: number;

  constructor(job: RelayJob) {
    const { service, domain, password } = job;
    this.#entity = component({ service, domain, password }) as RelayEntity;
    this.#domain = domain;
    this.#listener = `relay@${domain}/relay`;
    for (const [a, b] of job.pairs) {
      this.#other.set(a, b);
      this.#other.set(b, a);
    }
    this.#missing = this.#other.size;
    this.#entity.on("stanza", (stanza: Element) => this.#take(stanza));
  }

  /** Resolves when the listener is in all rooms. */
  async start(): Promise<void> {
    await this.#entity.start();
    const { socket } = this.#entity;
    socket?.setNoDelay(true);
    socket?.on("data", () => socket.write(" "));
    for (const room of this.#other.keys()) await this.#join(this.#listener, room, "relay");
    await this.#entered.promise;
  }

  async #join(from: string, room: string, nick: string): Promise<void> {
    this.#own.add(`${room}/${nick}`);
    const history = element("history", { maxstanzas: "0" });
    await this.#entity.send(
      element("presence", { from, to: `${room}/${nick}` }, element("x", { xmlns: MUC }, history)),
    );
  }

  #take(stanza: Element): void {
    const { to, from, type } = stanza.attrs as Readonly<Record<string, string | undefined>>;
    if (to !== this.#listener || from === undefined) return;
    if (stanza.name === "presence" && this.#own.has(from) && --this.#missing === 0) this.#entered.resolve();
    if (stanza.name !== "message" || type !== "groupchat" || this.#own.has(from)) return;
    const body = stanza.getChildText("body");
    const slash = from.indexOf("/");
    const room = this.#other.get(from.slice(0, slash));
    if (body === null || room === undefined) return;
    void this.#say(room, from.slice(slash + 1), body);
  }

  async #say(room: string, nick: string, body: string): Promise<void> {
    const from = `${nick}@${this.#domain}/relay`;
    if (!this.#own.has(`${room}/${nick}`)) void this.#join(from, room, nick);
    await this.#entity.send(
      element("message", { from, to: room, type: "groupchat" }, element("body", {}, body)),
    );
  }
}

function element(
  name: string,
  attributes: Record<string, string>,
  ...children: (Element | string)[]
): Element {
  const made = new xml.Element(name, attributes);
  for (const child of children) made.append(child);
  return made;
}

const relay = new Relay(relayJobForm.parse(JSON.parse(process.argv[2] ?? "")));
await relay.start();
process.send?.({ ready: true });
