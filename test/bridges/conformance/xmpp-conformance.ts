import { XmppAccount } from "../../../bridges/xmpp/account.ts";
import { xmppConfig, xmppConfigSchema } from "../../../bridges/xmpp/config.ts";
import { limits } from "../../../core/limits.ts";
import { createLogger } from "../../../core/log.ts";
import type { RunningServer } from "../../../deploy/servers/server-process.ts";
import { startHarness } from "../../support/harness.ts";
import { readArchive } from "../../../deploy/clients/xmpp-archive.ts";
import { XmppUser } from "../../../deploy/clients/xmpp-user.ts";
import type { ConformancePlatform } from "./conformance-platform.ts";

export const component = { domain: "gateway.xmpp.test", secret: "a component's secret" } as const;
const people = ["anna", "ben"] as const;

/** A real server, of whichever make. */
export interface XmppServer extends Pick<RunningServer, "restart"> {
  readonly domain: string;
  readonly rooms: string;
  readonly ports: { readonly c2s: number; readonly component: number };
}

/** What an account on this server says in the configuration. */
export const xmppAccount = (server: XmppServer) => ({
  name: "xmpp",
  bridge: "xmpp" as const,
  ...xmppConfigSchema.parse({
    service: `xmpp://127.0.0.1:${server.ports.component}`,
    domain: component.domain,
    secret: component.secret,
  }),
});

/** A real server as the conformance suite sees it. The people own the rooms, and come back after a cut. */
export class XmppConformance implements ConformancePlatform {
  readonly account = "xmpp";
  readonly keeps = true;
  readonly #server: XmppServer;
  readonly #prefix: string;
  readonly #users = new Map<string, XmppUser>();
  readonly #rooms: string[] = [];
  /** What people were told before their connection was cut. */
  readonly #toldBefore: { readonly user: string; readonly room: string; readonly body: string }[] = [];

  /** `prefix`: begins the names of its rooms, which are kept by the server. */
  constructor(server: XmppServer, prefix: string) {
    this.#server = server;
    this.#prefix = prefix;
  }

  static readonly users = people.map((name) => ({ name, password: `${name}'s password` }));

  async connect(): Promise<void> {
    for (const name of people) {
      const { domain, ports } = this.#server;
      const login = { domain, port: ports.c2s, name, password: `${name}'s password` };
      this.#users.set(name, await XmppUser.connect(login));
    }
  }

  async disconnect(): Promise<void> {
    for (const user of this.#users.values()) await user.disconnect();
  }

  async room(): Promise<string> {
    const room = `${this.#prefix}-${this.#rooms.length + 1}@${this.#server.rooms}`;
    this.#rooms.push(room);
    for (const name of people) {
      await this.#user(name).join(room, name);
      if (name === "anna") await this.#user(name).grant(room, `ben@${this.#server.domain}`, "owner");
    }
    // The gateway may set the name of rooms that it owns, as any client.
    await this.#user("anna").grant(room, `bridge@${component.domain}`, "owner");
    return room;
  }

  async say(room: string, user: string, text: string): Promise<void> {
    await this.#user(user).say(room, text);
  }

  async setName(room: string, name: string): Promise<void> {
    await this.#user("anna").setRoomName(room, name);
  }

  async setTopic(room: string, topic: string): Promise<void> {
    await this.#user("anna").setSubject(room, topic);
  }

  async state(room: string) {
    const anna = this.#user("anna");
    const topic = anna.messages(room).findLast(({ subject, body }) => subject !== null && body === null);
    return { name: await anna.roomName(room), topic: topic?.subject ?? "" };
  }

  async texts(room: string): Promise<readonly string[]> {
    const archive = await readArchive(this.#user("anna"), room);
    return archive.flatMap(({ body, nick }) => (body === null || nick === "mimi-gateway" ? [] : [body]));
  }

  told(room: string, user: string): Promise<readonly string[]> {
    return Promise.resolve([
      ...this.#toldBefore.filter((one) => one.user === user && one.room === room).map(({ body }) => body),
      ...this.#hears(room, user),
    ]);
  }

  standIns(room: string): Promise<number> {
    const others = this.#user("anna")
      .occupants(room)
      .filter((nick) => !people.some((name) => name === nick));
    return Promise.resolve(others.length);
  }

  async refuse(room: string, refuses: boolean): Promise<void> {
    // All ghosts are banned by their domain; the gateway itself is an owner.
    const anna = this.#user("anna");
    await anna.grant(room, component.domain, refuses ? "outcast" : "none");
    const ghosts = anna.occupants(room).filter((nick) => isGhost(anna.occupantJid(room, nick)));
    // Some servers let those stay who are in: they are put out one by one, if they are there still.
    if (refuses) for (const nick of ghosts) await anna.kick(room, nick).catch(() => undefined);
  }

  async cut(): Promise<void> {
    for (const user of people)
      for (const room of this.#rooms)
        for (const body of this.#hears(room, user)) this.#toldBefore.push({ user, room, body });
    await this.#server.restart();
    await this.connect();
    for (const room of this.#rooms)
      for (const name of people) {
        const user = this.#user(name);
        // A ghost may have come back first, and have the nick.
        await user.join(room, name).catch(() => user.join(room, `${name} again`));
      }
  }

  createBridge() {
    return new XmppAccount(
      xmppConfig(xmppAccount(this.#server)),
      createLogger({ level: "error", bodies: false }),
      { maxBytes: limits.mediaBytes, allow: [] },
    );
  }

  start(options: Parameters<ConformancePlatform["start"]>[0]) {
    return startHarness(
      options,
      [xmppAccount(this.#server)],
      (account, { log, media }) => new XmppAccount(xmppConfig(account), log, media),
    );
  }

  #hears(room: string, user: string): string[] {
    const person = this.#user(user);
    const all = person.messages(room).filter(({ nick }) => nick === "mimi-gateway");
    const alone = person.privateMessages.filter(({ from }) => from === `${room}/mimi-gateway`);
    return [...all, ...alone].flatMap(({ body }) => body ?? []);
  }

  #user(name: string): XmppUser {
    const user = this.#users.get(name);
    if (!user) throw new Error(`there is nobody called ${name}`);
    return user;
  }
}

const isGhost = (jid: string | null): boolean =>
  jid !== null && jid.endsWith(`@${component.domain}`) && !jid.startsWith("bridge@");
