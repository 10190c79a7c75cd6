/** An XMPP service of the demo: a Prosody with its people, and the rooms that they enter. */
import { join } from "node:path";
import { XmppUser } from "../clients/xmpp-user.ts";
import { type Prosody, startProsody } from "../servers/prosody.ts";
import type { Ends } from "./ends.ts";
import type { Gateway } from "./gateway.ts";

/** The account's name in gateway.yaml. */
export const ACCOUNT = "xmpp";
/** Everybody's password. The server listens on loopback only. */
export const PASSWORD = "demo";
/** Whoever looks at the demo with a client of his own. */
export const VISITOR = "visitor";
const SECRET = "demo-secret";

export interface Side {
  readonly service: Service;
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

export class Service {
  readonly prosody: Prosody;
  readonly #ends: Ends;

  private constructor(prosody: Prosody, ends: Ends) {
    this.prosody = prosody;
    this.#ends = ends;
  }

  static async start(options: {
    readonly folder: string;
    readonly domain: string;
    readonly people: readonly string[];
    readonly ends: Ends;
  }): Promise<Service> {
    const { folder, domain, people, ends } = options;
    const prosody = await startProsody({
      folder: join(folder, `prosody-${domain}`),
      domain,
      components: [{ domain: `mimi.${domain}`, secret: SECRET }],
      archive: "sql",
      users: [...people, VISITOR].map((name) => ({ name, password: PASSWORD })),
      uploads: true,
      nagle: false,
    });
    ends.add(async () => prosody.stop());
    return new Service(prosody, ends);
  }

  /** JID of the service that stores its people's files. */
  get uploads(): string {
    return `upload.${this.prosody.domain}`;
  }

  /** Host and port from which they are had. */
  get files(): string {
    return `127.0.0.1:${this.prosody.ports.http ?? ""}`;
  }

  /** The lines of gateway.yaml that serve it, below `accounts:`. */
  get account(): string {
    return `  - name: ${ACCOUNT}
    bridge: xmpp
    service: xmpp://127.0.0.1:${this.prosody.ports.component}
    domain: mimi.${this.prosody.domain}
    secret: ${SECRET}
`;
  }

  async connect(name: string): Promise<Person> {
    const { domain, ports } = this.prosody;
    const user = await XmppUser.connect({ domain, port: ports.c2s, name, password: PASSWORD });
    this.#ends.add(async () => user.disconnect());
    return { name, user };
  }

  /** The first of the two makes the room, so owns it, and lets the gateway change its name and topic. */
  async enter(name: string, people: Side["people"]): Promise<Side> {
    const room = `${name}@${this.prosody.rooms}`;
    for (const person of people) await person.user.join(room, person.name);
    await people[0].user.grant(room, `bridge@mimi.${this.prosody.domain}`, "owner");
    return { service: this, room, people };
  }
}

/** Resolves when everybody in the room was told that it is linked. */
export async function untilToldOfLink({ room, people }: Side): Promise<void> {
  for (const { user } of people)
    await user.waitFor(`the gateway's word that ${room} is linked`, () =>
      user.bodies(room).some((body) => body.includes("linked")),
    );
}

/** `ACCOUNT:ROOM`, as the command line names a side's room. */
export const linkName = ({ room }: Side): string => `${ACCOUNT}:${room}`;

/** Runs a command that is part of what is shown, so that it is printed as well. */
export async function shown(
  gateway: Gateway,
  tell: (line: string) => void,
  ...line: readonly string[]
): Promise<unknown> {
  tell(`mimi-gateway ${line.join(" ")}`);
  return gateway.report(...line);
}
