/** Everything that the demo runs: Redis, Prosody with four people in four rooms, the gateway. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { XmppUser } from "../clients/xmpp-user.ts";
import type { Prosody } from "../servers/prosody.ts";
import { startProsody } from "../servers/prosody.ts";
import { startRedis } from "../servers/redis.ts";
import { Gateway } from "./gateway.ts";

const DOMAIN = "localhost";
const COMPONENT = { domain: "mimi.localhost", secret: "demo-secret" };
/** The account's name in gateway.yaml. */
export const ACCOUNT = "xmpp";
/** Everybody's password. The server listens on loopback only. */
export const PASSWORD = "demo";
/** Where its users can put files. */
export const UPLOADS = `upload.${DOMAIN}`;
/** Whoever looks at the demo with a client of his own. */
export const VISITOR = "visitor";

export interface Side {
  readonly room: string;
  /** The owner of the room, and another person in it. */
  readonly people: readonly [Person, Person];
}

export interface Person {
  readonly name: string;
  readonly user: XmppUser;
}

/** Two linked rooms. */
export type Pair = readonly [Side, Side];

export interface Installation {
  readonly prosody: Prosody;
  readonly gateway: Gateway;
  /** Two linked rooms to talk in. */
  readonly talk: Pair;
  /** Two others, with the same people, to use every feature in. */
  readonly features: Pair;
}

/** Ends, in reverse, what was begun; also what was begun before something failed. */
export class Ends {
  readonly #ends: (() => Promise<void> | void)[] = [];

  add(end: () => Promise<void> | void): void {
    this.#ends.push(end);
  }

  async all(): Promise<void> {
    for (const end of this.#ends.splice(0).toReversed()) await end();
  }
}

/** Starts it all and links the rooms by the command line. `tell` gets a line for each long step. */
export async function install(ends: Ends, tell: (line: string) => void): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), "mimi-demo-"));
  ends.add(() => rmSync(folder, { recursive: true, force: true }));
  tell("starting redis-server");
  const redis = await startRedis({ folder: join(folder, "redis") });
  ends.add(async () => redis.stop());
  tell("starting prosody");
  const prosody = await startProsody({
    folder: join(folder, "prosody"),
    domain: DOMAIN,
    components: [COMPONENT],
    archive: "sql",
    users: ["anna", "ben", "carla", "david", VISITOR].map((name) => ({ name, password: PASSWORD })),
    uploads: true,
    nagle: false,
  });
  ends.add(async () => prosody.stop());
  tell("anna and ben enter two rooms, carla and david two others");
  const anna = await connect(ends, prosody, "anna");
  const ben = await connect(ends, prosody, "ben");
  const carla = await connect(ends, prosody, "carla");
  const david = await connect(ends, prosody, "david");
  const enter = async (left: string, right: string): Promise<Pair> => [
    await enterRoom(`${left}@${prosody.rooms}`, [anna, ben]),
    await enterRoom(`${right}@${prosody.rooms}`, [carla, david]),
  ];
  const talk = await enter("tea", "coffee");
  const features = await enter("library", "garden");
  tell("starting mimi-gateway");
  const gateway = new Gateway({
    folder: join(folder, "gateway"),
    config: gatewayConfig({ redis: redis.url, componentPort: prosody.ports.component }),
  });
  ends.add(async () => gateway.stop());
  await gateway.start();
  for (const pair of [talk, features]) await link(gateway, pair, tell);
  return { prosody, gateway, talk, features };
}

async function connect(ends: Ends, prosody: Prosody, name: string): Promise<Person> {
  const login = { domain: DOMAIN, port: prosody.ports.c2s, name, password: PASSWORD };
  const user = await XmppUser.connect(login);
  ends.add(async () => user.disconnect());
  return { name, user };
}

/** The first of the two makes the room, so owns it, and lets the gateway change its name and topic. */
async function enterRoom(room: string, people: Side["people"]): Promise<Side> {
  for (const { name, user } of people) await user.join(room, name);
  await people[0].user.grant(room, `bridge@${COMPONENT.domain}`, "owner");
  return { room, people };
}

/** Resolves when everybody in both rooms was told. */
async function link(gateway: Gateway, pair: Pair, tell: (line: string) => void): Promise<void> {
  const rooms = pair.map(({ room }) => `${ACCOUNT}:${room}`);
  tell(`mimi-gateway link ${rooms.join(" ")}`);
  await gateway.report("link", ...rooms);
  for (const { room, people } of pair)
    for (const { user } of people)
      await user.waitFor(`the gateway's word that ${room} is linked`, () =>
        user.bodies(room).some((body) => body.includes("linked with")),
      );
}

function gatewayConfig(ports: { readonly redis: string; readonly componentPort: number }): string {
  return `base: mimi.localhost
data: data
redis: { url: "${ports.redis}" }
# One of the files that are shown comes from this very machine.
media: { allow: [127.0.0.0/8] }
accounts:
  - name: ${ACCOUNT}
    bridge: xmpp
    service: xmpp://127.0.0.1:${ports.componentPort}
    domain: ${COMPONENT.domain}
    secret: ${COMPONENT.secret}
`;
}
