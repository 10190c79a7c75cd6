/** Two gateways with registrations of their own at one real Synapse, and a MUC behind each, for tests of what goes between them. */
import { join } from "node:path";
import { AppServiceListeners } from "../../../bridges/matrix/app-service.ts";
import { MatrixAccount } from "../../../bridges/matrix/account.ts";
import { matrixConfig } from "../../../bridges/matrix/config.ts";
import { registrationYaml } from "../../../bridges/matrix/registration.ts";
import { XmppAccount } from "../../../bridges/xmpp/account.ts";
import { xmppConfig, xmppConfigSchema } from "../../../bridges/xmpp/config.ts";
import type { RunningGateway } from "../../../core/gateway.ts";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import { XmppUser } from "../../../deploy/clients/xmpp-user.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { startHarness } from "../../support/harness.ts";
import { sharedProsody, sharedSynapse, temporaryFolder } from "../../support/servers.ts";
import { matrixAccount } from "../conformance/matrix-conformance.ts";

const SERVER = "matrix.test";
const XMPP = "xmpp.test";
const SECRET = "a component's secret";
const PEOPLE = ["mia", "nora"] as const;
const NAMES = ["one", "two"] as const;
export type GatewayName = (typeof NAMES)[number];
const otherOf = (name: GatewayName): GatewayName => (name === "one" ? "two" : "one");

export interface TwoGateways {
  readonly anna: MatrixUser;
  /** People in MUCs: in those of the first gateway, and of the second. */
  readonly muc: Readonly<Record<GatewayName, XmppUser>>;
  readonly gateway: Readonly<Record<GatewayName, RunningGateway>>;
  /** A Matrix room with both gateways in it. */
  readonly room: () => Promise<string>;
  /** A MUC with its person in it. */
  readonly mucRoom: (of: GatewayName, called: string) => Promise<string>;
  /** A linked room was told so. */
  readonly stop: () => Promise<void>;
}

/** Call it at the top of a test file; the function that it gives starts everything. */
export async function gatewaysInOneRoom(name: string): Promise<() => Promise<TwoGateways>> {
  const ports = await freePorts(4);
  const portOf = (gateway: GatewayName, at: 0 | 2): number => ports[NAMES.indexOf(gateway) + at] ?? 0;
  const matrixOf = (gateway: GatewayName, url: string) => {
    const own = { as_token: `as-${gateway}`, hs_token: `hs-${gateway}`, id: gateway, bot: `bot-${gateway}` };
    const prefixes = { user_prefix: `_${gateway}_`, alias_prefix: `_${gateway}_` };
    const listen = `127.0.0.1:${portOf(gateway, 0)}`;
    return matrixAccount({ url, serverName: SERVER }, listen, { ...own, ...prefixes });
  };
  const registrations = NAMES.map((gateway) =>
    registrationYaml(matrixConfig(matrixOf(gateway, "http://127.0.0.1:8008")), "registration.yaml"),
  );
  const folder = temporaryFolder(name);
  const startedSynapse = sharedSynapse({ serverName: SERVER, registrations });
  const startedProsody = sharedProsody({
    domain: XMPP,
    components: NAMES.map((gateway) => ({ domain: `${gateway}.${XMPP}`, secret: SECRET })),
    archive: "memory",
    users: PEOPLE.map((person) => ({ name: person, password: "secret" })),
  });
  const endpointOf = (gateway: GatewayName): string => `http://127.0.0.1:${portOf(gateway, 2)}`;

  return async () => {
    const [synapse, prosody] = await Promise.all([startedSynapse(), startedProsody()]);
    const start = (gateway: GatewayName): Promise<RunningGateway> => {
      const listeners = new AppServiceListeners();
      const xmpp = {
        name: "xmpp",
        bridge: "xmpp" as const,
        ...xmppConfigSchema.parse({
          service: `xmpp://127.0.0.1:${prosody.ports.component}`,
          domain: `${gateway}.${XMPP}`,
          secret: SECRET,
          nick: `bot-${gateway}`,
        }),
      };
      const other = otherOf(gateway);
      const options = {
        folder: join(folder, gateway),
        base: `${gateway}.test`,
        peers: { [`${other}.test`]: endpointOf(other) },
        serving: { port: portOf(gateway, 2), endpoint: endpointOf(gateway) },
      };
      return startHarness(options, [matrixOf(gateway, synapse.url), xmpp], (account, { log, media }) =>
        account.bridge === "matrix"
          ? new MatrixAccount(matrixConfig(account), log, media, listeners)
          : new XmppAccount(xmppConfig(account), log, media),
      );
    };
    const connect = (person: (typeof PEOPLE)[number]) =>
      XmppUser.connect({ domain: XMPP, port: prosody.ports.c2s, name: person, password: "secret" });
    const anna = await MatrixUser.register(synapse, "anna");
    const muc = { one: await connect("mia"), two: await connect("nora") };
    const gateway = { one: await start("one"), two: await start("two") };
    const bots = NAMES.map((one) => `@bot-${one}:${SERVER}`);
    return {
      anna,
      muc,
      gateway,
      room: () =>
        anna.createRoom({
          open: false,
          invite: bots,
          // Who makes a room has all power in it without being named.
          power: { users: Object.fromEntries(bots.map((bot) => [bot, 100])) },
        }),
      mucRoom: async (of, called) => {
        const room = `${called}@${prosody.rooms}`;
        await muc[of].join(room, of === "one" ? "mia" : "nora");
        return room;
      },
      stop: async () => {
        for (const name of NAMES) await gateway[name].stop();
        for (const name of NAMES) await muc[name].disconnect();
      },
    };
  };
}
