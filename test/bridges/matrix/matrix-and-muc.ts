/** A room of a real Synapse and a MUC of a real Prosody, linked by one gateway, with a person in each. */
import { AppServiceListeners } from "../../../bridges/matrix/app-service.ts";
import { MatrixAccount } from "../../../bridges/matrix/account.ts";
import { matrixConfig } from "../../../bridges/matrix/config.ts";
import { registrationYaml } from "../../../bridges/matrix/registration.ts";
import { XmppAccount } from "../../../bridges/xmpp/account.ts";
import { xmppConfig } from "../../../bridges/xmpp/config.ts";
import type { RunningGateway } from "../../../core/gateway.ts";
import type { ShownMessage } from "../../../deploy/clients/matrix-shown.ts";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import type { Answer } from "../../../deploy/clients/waits.ts";
import type { GroupMessage } from "../../../deploy/clients/xmpp-messages.ts";
import { XmppUser } from "../../../deploy/clients/xmpp-user.ts";
import type { Prosody } from "../../../deploy/servers/prosody.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import type { Synapse } from "../../../deploy/servers/synapse.ts";
import { startHarness } from "../../support/harness.ts";
import type { HarnessOptions } from "../../support/harness-config.ts";
import { sharedProsody, sharedSynapse, temporaryFolder } from "../../support/servers.ts";
import { matrixAccount } from "../conformance/matrix-conformance.ts";
import { component, xmppAccount } from "../conformance/xmpp-conformance.ts";

const SERVER = "matrix.test";
const PATIENCE_MS = 30_000;
const BEN = { name: "ben", password: "ben's password" };

export interface MatrixAndMuc {
  readonly homeserver: Synapse;
  readonly service: Prosody;
  /** In the Matrix room, which is hers. */
  readonly anna: MatrixUser;
  readonly room: string;
  /** In the MUC, which is his. */
  readonly ben: XmppUser;
  readonly muc: string;
  /** The service that stores files for him. */
  readonly uploads: string;
  readonly gateway: RunningGateway;
  /** The last message of the Matrix room that is such, as Anna reads it; waited for. */
  readonly annaReads: (what: string, is: (one: ShownMessage) => boolean) => Promise<ShownMessage>;
  /** The last message of the MUC that is such, as Ben got it; waited for. */
  readonly benReads: (what: string, is: (one: GroupMessage) => boolean) => Promise<GroupMessage>;
  readonly benWaits: <T>(what: string, ask: () => Answer<T>) => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

/** Who is there before the gateway is. */
export type Before = Pick<MatrixAndMuc, "anna" | "ben" | "service"> & { readonly bot: string };

/**
 * Call it at the top of a test file; the function that it gives starts both servers and the gateway. `further`: how the gateway is
 * to be beside what is usual.
 */
export async function linkingMatrixAndMuc(
  name: string,
  further: (before: Before) => Promise<Partial<HarnessOptions>> = () => Promise.resolve({}),
): Promise<() => Promise<MatrixAndMuc>> {
  const [port = 0] = await freePorts(1);
  const listen = `127.0.0.1:${port}`;
  const keys = { broadcasts: true };
  const unused = { url: "http://127.0.0.1:8008", serverName: SERVER };
  const registration = registrationYaml(matrixConfig(matrixAccount(unused, listen)), "registration.yaml");
  const folder = temporaryFolder(name);
  const synapse = sharedSynapse({ serverName: SERVER, registrations: [registration] });
  const prosody = sharedProsody({
    domain: "xmpp.test",
    components: [component],
    archive: "sql",
    users: [BEN],
    nagle: false,
    uploads: true,
    moderation: true,
  });
  return async () => {
    const [homeserver, service] = await Promise.all([synapse(), prosody()]);
    const bot = `@mimi:${SERVER}`;
    const anna = await MatrixUser.register(homeserver, "anna");
    const room = await anna.createRoom({ open: false, invite: [bot], power: { users: { [bot]: 100 } } });
    const muc = `lobby@${service.rooms}`;
    const ben = await XmppUser.connect({ domain: service.domain, port: service.ports.c2s, ...BEN });
    await ben.join(muc, "ben");
    await ben.grant(muc, `bridge@${component.domain}`, "owner");
    const listeners = new AppServiceListeners();
    const accounts = [matrixAccount(homeserver, listen, keys), xmppAccount(service)];
    const options = { folder, ...(await further({ anna, ben, service, bot })) };
    const gateway = await startHarness(options, accounts, (account, { log, media }) =>
      account.bridge === "matrix"
        ? new MatrixAccount(matrixConfig(account), log, media, listeners)
        : new XmppAccount(xmppConfig(account), log, media),
    );
    await gateway.operations.link(
      [
        { account: "matrix", room },
        { account: "xmpp", room: muc },
      ],
      null,
    );
    return {
      homeserver,
      service,
      anna,
      room,
      ben,
      muc,
      uploads: `upload.${service.domain}`,
      gateway,
      annaReads: (what, is) =>
        anna.waitFor(what, async () => (await anna.messages(room)).findLast(is), PATIENCE_MS),
      benReads: (what, is) =>
        ben.waitFor(
          what,
          () => ben.messages(muc).findLast((one) => !one.delayed && one.nick !== "mimi-gateway" && is(one)),
          PATIENCE_MS,
        ),
      benWaits: (what, ask) => ben.waitFor(what, ask, PATIENCE_MS),
      stop: async () => {
        await gateway.stop();
        await ben.disconnect();
      },
    };
  };
}
