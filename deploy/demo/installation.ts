/** Everything that the demo runs: Redis, Prosody with four people, the gateway. */
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

export interface Installation {
  readonly prosody: Prosody;
  readonly gateway: Gateway;
  readonly sides: readonly [Side, Side];
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

/** Starts it all and links the two rooms by the command line. `tell` gets a line for each long step. */
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
    nagle: false,
  });
  ends.add(async () => prosody.stop());
  tell("anna and ben enter one room, carla and david another");
  const sides = [
    await enter(ends, prosody, `tea@${prosody.rooms}`, ["anna", "ben"]),
    await enter(ends, prosody, `coffee@${prosody.rooms}`, ["carla", "david"]),
  ] as const;
  tell("starting mimi-gateway");
  const gateway = new Gateway({
    folder: join(folder, "gateway"),
    config: gatewayConfig({ redis: redis.url, componentPort: prosody.ports.component }),
  });
  ends.add(async () => gateway.stop());
  await gateway.start();
  const rooms = sides.map(({ room }) => `${ACCOUNT}:${room}`);
  tell(`mimi-gateway link ${rooms.join(" ")}`);
  await gateway.report("link", ...rooms);
  for (const { room, people } of sides)
    for (const { user } of people)
      await user.waitFor(`the gateway's word that ${room} is linked`, () =>
        user.bodies(room).some((body) => body.includes("linked with")),
      );
  return { prosody, gateway, sides };
}

/** The first of the two makes the room, so owns it, and lets the gateway change its name and topic. */
async function enter(
  ends: Ends,
  prosody: Prosody,
  room: string,
  names: readonly [string, string],
): Promise<Side> {
  const connect = async (name: string): Promise<Person> => {
    const login = { domain: DOMAIN, port: prosody.ports.c2s, name, password: PASSWORD };
    const user = await XmppUser.connect(login);
    ends.add(async () => user.disconnect());
    await user.join(room, name);
    return { name, user };
  };
  const people = [await connect(names[0]), await connect(names[1])] as const;
  await people[0].user.grant(room, `bridge@${COMPONENT.domain}`, "owner");
  return { room, people };
}

function gatewayConfig(ports: { readonly redis: string; readonly componentPort: number }): string {
  return `base: mimi.localhost
data: data
redis: { url: "${ports.redis}" }
accounts:
  - name: ${ACCOUNT}
    bridge: xmpp
    service: xmpp://127.0.0.1:${ports.componentPort}
    domain: ${COMPONENT.domain}
    secret: ${COMPONENT.secret}
`;
}
