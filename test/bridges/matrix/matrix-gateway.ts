/** Two rooms of a real Synapse, linked by a gateway, for tests of what one shows of what is said in the other. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { AppServiceListeners } from "../../../bridges/matrix/app-service.ts";
import { MatrixAccount } from "../../../bridges/matrix/account.ts";
import { matrixConfig } from "../../../bridges/matrix/config.ts";
import { registrationYaml } from "../../../bridges/matrix/registration.ts";
import type { RunningGateway } from "../../../core/gateway.ts";
import type { ShownMessage } from "../../../deploy/clients/matrix-shown.ts";
import { MatrixUser, type RoomOptions } from "../../../deploy/clients/matrix-user.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import type { Synapse } from "../../../deploy/servers/synapse.ts";
import { startHarness } from "../../support/harness.ts";
import { sharedSynapse, temporaryFolder } from "../../support/servers.ts";
import { matrixAccount } from "../conformance/matrix-conformance.ts";

const SERVER = "matrix.test";
const PATIENCE_MS = 30_000;

export interface LinkedRooms {
  readonly synapse: Synapse;
  /** Who says something in `from`, and who reads in `to`. */
  readonly anna: MatrixUser;
  readonly ben: MatrixUser;
  readonly bot: string;
  /** The gateway's own. */
  readonly folder: string;
  /** Where the gateway takes what happens. */
  readonly listen: string;
  readonly from: string;
  readonly to: string;
  readonly gateway: () => RunningGateway;
  /** Stops the gateway, and starts it again after whatever happens meanwhile. */
  readonly away: (meanwhile: () => Promise<void>) => Promise<void>;
  /** Waits until the messages in `to`, less the gateway's own lines, meet the test. */
  readonly shows: <T>(
    what: string,
    test: (messages: readonly ShownMessage[]) => T | undefined | null | false,
  ) => Promise<T>;
  readonly stop: () => Promise<void>;
}

export interface LinkedRoomsOptions {
  /** Told of the homeserver before the gateway is started. */
  readonly begun?: (synapse: Synapse) => void;
  /** Of the room `to`, beyond its people. */
  readonly to?: RoomOptions;
  /** The power of the gateway's own user there; all of it by default. */
  readonly power?: number;
}

/**
 * Call it at the top of a test file; the function that it gives makes two new rooms each time. `further`: what the account says
 * beside what it must.
 */
export async function linkingRooms(
  name: string,
  further: Parameters<typeof matrixAccount>[2] = {},
): Promise<(options?: LinkedRoomsOptions) => Promise<LinkedRooms>> {
  const [port = 0] = await freePorts(1);
  const listen = `127.0.0.1:${port}`;
  const unused = { url: "http://127.0.0.1:8008", serverName: SERVER };
  const registered = matrixConfig(matrixAccount(unused, listen, further));
  const registration = registrationYaml(registered, "registration.yaml");
  const folder = temporaryFolder(name);
  const started = sharedSynapse({ serverName: SERVER, registrations: [registration] });
  const people = new Map<string, Promise<MatrixUser>>();
  return async (options = {}) => {
    const synapse = await started();
    options.begun?.(synapse);
    const person = (called: string): Promise<MatrixUser> => {
      const known = people.get(called) ?? MatrixUser.register(synapse, called);
      people.set(called, known);
      return known;
    };
    const [anna, ben] = [await person("anna"), await person("ben")];
    const bot = `@mimi:${SERVER}`;
    // From version 12 on whoever makes a room has all power in it without being named.
    const creators = (one: MatrixUser): Readonly<Record<string, number>> =>
      options.to?.version === undefined ? {} : { [one.id]: 100 };
    const from = await anna.createRoom({ open: false, invite: [bot], power: { users: { [bot]: 100 } } });
    const { power = 100, to: room = {} } = options;
    const powers = { users: { ...creators(ben), [bot]: power }, ...room.power };
    const to = await ben.createRoom({ open: false, invite: [bot], ...room, power: powers });
    const own = join(folder, randomUUID().slice(0, 8));
    const account = matrixAccount(synapse, listen, further);
    const start = () => {
      const listeners = new AppServiceListeners();
      return startHarness(
        { folder: own },
        [account],
        (one, { log, media }) => new MatrixAccount(matrixConfig(one), log, media, listeners),
      );
    };
    let gateway = await start();
    const linked = [from, to].map((one) => ({ account: account.name, room: one }));
    await gateway.operations.link(linked, null);
    await ben.waitFor("the line of the link", async () =>
      (await ben.messages(to)).some(({ body }) => body.includes("now linked")),
    );
    return {
      synapse,
      anna,
      ben,
      bot,
      folder: own,
      listen,
      from,
      to,
      gateway: () => gateway,
      away: async (meanwhile) => {
        await gateway.stop();
        await meanwhile();
        gateway = await start();
      },
      shows: (what, test) =>
        ben.waitFor(what, async () => test(said(await ben.messages(to), bot)), PATIENCE_MS) as ReturnType<
          LinkedRooms["shows"]
        > as never,
      stop: () => gateway.stop(),
    };
  };
}

/** Less the gateway's own lines; what it says for others stays. */
const said = (messages: readonly ShownMessage[], bot: string): readonly ShownMessage[] =>
  messages.filter(
    ({ sender, content }) => sender !== bot || content["com.beeper.per_message_profile"] !== undefined,
  );
