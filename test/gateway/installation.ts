/** A real Prosody with people, and real gateways as child processes: what the tests of this folder share. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { z } from "zod";
import { XmppUser } from "../../deploy/clients/xmpp-user.ts";
import { archivedLines, compareArchives } from "../../deploy/demo/archives.ts";
import { Gateway } from "../../deploy/demo/gateway.ts";
import type { Prosody } from "../../deploy/servers/prosody.ts";
import { sharedProsody, temporaryFolder } from "../support/servers.ts";

const DOMAIN = "chat.test";
const GATEWAYS = ["one", "two", "three"] as const;
const PEOPLE = ["anna", "ben", "carla", "david"] as const;
export type PersonName = (typeof PEOPLE)[number];
export type GatewayName = (typeof GATEWAYS)[number];

const secretOf = (name: GatewayName): string => `secret-of-${name}`;

/** The JID that an owner gives rights to. */
export const gatewayJid = (name: GatewayName): string => `bridge@${name}.test`;

export interface Installation {
  prosody(): Promise<Prosody>;
  /**
   * A gateway with one account called `xmpp`, not started. `more`: further lines of gateway.yaml. `data`: its data
   * folder, one of its own where none is given.
   */
  gateway(name: GatewayName, more?: string, data?: string): Promise<Gateway>;
  /** The person at a client of his own, connected. */
  person(name: PersonName): Promise<XmppUser>;
  /** A room's address that nobody has used. */
  room(): Promise<string>;
}

/** Call it at the top of a test file. Everything ends after the file's last test. */
export function installation(): Installation {
  const gateways: Gateway[] = [];
  const users: XmppUser[] = [];
  after(async () => {
    for (const gateway of gateways) await gateway.stop();
    for (const user of users) await user.disconnect();
  });
  // Hooks run in the order in which they were made: the gateways end before their folders go.
  const folder = temporaryFolder("gateway");
  const prosody = sharedProsody({
    domain: DOMAIN,
    components: GATEWAYS.map((name) => ({ domain: `${name}.test`, secret: secretOf(name) })),
    archive: "sql",
    users: PEOPLE.map((name) => ({ name, password: name })),
    nagle: false,
    uploads: true,
  });
  let rooms = 0;
  return {
    prosody,
    async gateway(name, more = "", data = "data") {
      const { ports } = await prosody();
      const account = `accounts:
  - name: xmpp
    bridge: xmpp
    service: xmpp://127.0.0.1:${ports.component}
    domain: ${name}.test
    secret: ${secretOf(name)}
`;
      const config = `base: ${name}.test\ndata: ${data}\nredis: off\n${more}\n${account}`;
      const gateway = new Gateway({ folder: mkdtempSync(join(folder, "g")), config });
      gateways.push(gateway);
      return gateway;
    },
    async person(name) {
      const { ports } = await prosody();
      const user = await XmppUser.connect({ domain: DOMAIN, port: ports.c2s, name, password: name });
      users.push(user);
      return user;
    },
    async room() {
      rooms += 1;
      return `room${rooms}@${(await prosody()).rooms}`;
    },
  };
}

/** Two rooms with an owner in each, who is the only one there. */
export interface Pair {
  readonly here: { readonly room: string; readonly user: XmppUser };
  readonly there: { readonly room: string; readonly user: XmppUser };
}

/** Makes two rooms, lets the gateway own them, links them, and waits until both were told. The gateway must run. */
export async function linkedPair(
  parts: Installation,
  gateway: Gateway,
  of: GatewayName,
  users: readonly [XmppUser, XmppUser],
): Promise<Pair> {
  const [here, there] = await Promise.all(
    users.map(async (user) => {
      const room = await parts.room();
      await user.join(room, user.jid.split("@")[0] ?? "");
      await user.grant(room, gatewayJid(of), "owner");
      return { room, user };
    }),
  );
  if (!here || !there) throw new Error("a pair is of two");
  await gateway.report("link", `xmpp:${here.room}`, `xmpp:${there.room}`);
  for (const { room, user } of [here, there])
    await user.waitFor(`${room} being told of its link`, () =>
      user.bodies(room).some((body) => body.startsWith("This room is now linked with")),
    );
  return { here, there };
}

/** Resolves when the texts have been seen in the room. */
export async function seen(
  { room, user }: Pair["here"],
  texts: readonly string[],
  within?: number,
): Promise<void> {
  await user.waitFor(
    `${JSON.stringify(texts).slice(0, 200)} in ${room}`,
    () => texts.every((text) => user.bodies(room).includes(text)),
    within,
  );
}

/** What people have said in a room as one of them saw it, without lines of the gateway. */
export function talk({ room, user }: Pair["here"]): string[] {
  return user
    .messages(room)
    .filter(({ nick }) => nick !== "mimi-gateway")
    .flatMap(({ nick, body, delayed }) => (body === null || delayed ? [] : [`${nick}: ${body}`]));
}

/** What is wrong with the copies in two linked rooms, by their archives; empty where all is well. */
export function archiveFaults(prosody: Prosody, one: string, other: string): string[] {
  const [a, b] = [held(prosody, one), held(prosody, other)];
  return [...compareArchives(a, b), ...compareArchives(b, a)];
}

const held = (prosody: Prosody, room: string) => ({ room, lines: archivedLines(prosody.readArchive(room)) });

/** As much of a status report as the tests look at. */
export const status = z.object({
  running: z.boolean(),
  store: z.string(),
  redis: z.string(),
  setAside: z.number(),
  accounts: z.array(z.object({ account: z.string(), holder: z.string().nullable() })),
  bindings: z.array(
    z.object({
      room: z.string(),
      group: z.string(),
      state: z.string(),
      behind: z.number(),
      inbox: z.number(),
    }),
  ),
});

/** What a failed command says with --json. */
export const failure = z.object({ error: z.object({ code: z.string(), detail: z.string() }) });
