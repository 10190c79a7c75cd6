/** Three people with clients of other makes, each in a room of his own; a gateway as an operator has it has linked the rooms. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { stringify } from "yaml";
import { matrixConfig, matrixConfigSchema } from "../../bridges/matrix/config.ts";
import { registrationYaml } from "../../bridges/matrix/registration.ts";
import { MatrixUser } from "../../deploy/clients/matrix-user.ts";
import { Gateway } from "../../deploy/demo/gateway.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import { sharedProsody, sharedSynapse, temporaryFolder } from "../support/servers.ts";
import type { ForeignPerson } from "./foreign-person.ts";
import { foreignPython } from "./foreign-python.ts";
import { PythonPerson } from "./python-person.ts";
import { StanzaPerson } from "./stanza-person.ts";

const HOMESERVER = "matrix.test";
const SERVICE = "xmpp.test";
const COMPONENT = { domain: `mimi.${SERVICE}`, secret: "a component's secret" };
const PASSWORD = "password";

export interface ThreePeople {
  /** In a Matrix room, in a MUC, and in another MUC. */
  readonly people: readonly [ForeignPerson, ForeignPerson, ForeignPerson];
  readonly gateway: Gateway;
  readonly stop: () => Promise<void>;
}

/** Call it at the top of a test file; the function that it gives starts all, once. */
export async function threePeople(): Promise<() => Promise<ThreePeople>> {
  const [port = 0] = await freePorts(1);
  const keys = {
    server_name: HOMESERVER,
    as_token: randomBytes(32).toString("hex"),
    hs_token: randomBytes(32).toString("hex"),
    listen: `127.0.0.1:${port}`,
  };
  const unused = { homeserver: "http://127.0.0.1:8008" };
  const config = matrixConfig({ name: "matrix", ...matrixConfigSchema.parse({ ...keys, ...unused }) });
  const folder = temporaryFolder("foreign");
  const synapse = sharedSynapse({
    serverName: HOMESERVER,
    registrations: [registrationYaml(config, "registration.yaml")],
  });
  const prosody = sharedProsody({
    domain: SERVICE,
    components: [COMPONENT],
    archive: "sql",
    users: ["ben", "cora"].map((name) => ({ name, password: PASSWORD })),
    nagle: false,
    uploads: true,
    websocket: true,
  });
  return async () => {
    // Rather now than when all servers have been started for nothing.
    foreignPython();
    const [homeserver, service] = await Promise.all([synapse(), prosody()]);
    await MatrixUser.register(homeserver, "anna", PASSWORD);
    const muc = (name: string, room: string) => ({
      jid: `${name}@${SERVICE}`,
      password: PASSWORD,
      room: `${room}@${service.rooms}`,
      owner: `bridge@${COMPONENT.domain}`,
    });
    const [tea, coffee] = [muc("ben", "tea"), muc("cora", "coffee")];
    const url = `ws://127.0.0.1:${service.ports.http}/xmpp-websocket`;
    const login = { url: homeserver.url, user: `@anna:${HOMESERVER}`, password: PASSWORD };
    const accounts = [
      { name: "matrix", bridge: "matrix", homeserver: homeserver.url, ...keys },
      {
        name: "xmpp",
        bridge: "xmpp",
        service: `xmpp://127.0.0.1:${service.ports.component}`,
        ...COMPONENT,
      },
    ];
    // Files lie on loopback, too.
    const media = { allow: ["127.0.0.0/8"] };
    const gateway = new Gateway({
      folder: join(folder, "gateway"),
      config: stringify({ base: "mimi.test", data: "data", redis: "off", media, accounts }),
      connected: ["connected to the XMPP service", "the homeserver answers"],
    });
    const [{ person: anna, room }, ben, cora] = await Promise.all([
      PythonPerson.atMatrix("anna", { ...login, bot: `@${config.bot}:${HOMESERVER}` }),
      PythonPerson.inMuc("ben", { ...tea, port: service.ports.c2s }),
      StanzaPerson.inMuc("cora", { ...coffee, url }),
      gateway.start(),
    ]);
    const people = [anna, ben, cora] as const;
    await gateway.report("link", `matrix:${room}`, `xmpp:${tea.room}`, `xmpp:${coffee.room}`);
    return {
      people,
      gateway,
      stop: async () => {
        await gateway.stop();
        await Promise.all(people.map(async (person) => person.leave()));
      },
    };
  };
}
