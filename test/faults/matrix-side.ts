/** Rooms of a real Synapse, with their people. */
import { matrixConfig, matrixConfigSchema } from "../../bridges/matrix/config.ts";
import { registrationYaml } from "../../bridges/matrix/registration.ts";
import { MatrixUser } from "../../deploy/clients/matrix-user.ts";
import { freePorts } from "../../deploy/servers/ports.ts";
import { startSynapse } from "../../deploy/servers/synapse.ts";
import { badGateway, HttpProxy, type RequestFault } from "../support/http-proxy.ts";
import { MatrixPerson } from "./matrix-person.ts";
import { timelineRoom } from "./matrix-standing.ts";
import type { Side, SideOptions, SpokenRoom } from "./side.ts";

const ACCOUNT = "matrix";
const SERVER = "matrix.test";
const BOT = `@mimi:${SERVER}`;
/** One transaction in so many goes wrong: behind that Synapse waits 2 s, and then hands over one event in each. */
const TRANSACTION_EVERY = 120;
const WRITES = /\/(?:send|redact)\//;
const TRANSACTIONS = /\/transactions\//;
/** By turns. What comes late comes behind the gateway's next try, which is the same transaction. */
const mishaps: readonly RequestFault[] = [
  { kind: "lost-after" },
  { kind: "lost-before" },
  { kind: "lost-late", ms: 3_000 },
  badGateway,
  {
    kind: "answer",
    status: 429,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ errcode: "M_LIMIT_EXCEEDED", error: "slower", retry_after_ms: 500 }),
  },
];

/** What becomes of requests. */
export type MatrixMishap = HttpProxy["onRequest"];

export interface MatrixOptions extends SideOptions {
  /** What becomes of the gateway's calls. */
  readonly calls: MatrixMishap;
}

export async function openMatrix(options: MatrixOptions): Promise<Side> {
  const { folder, speakers, every } = options;
  const [listening = 0] = await freePorts(1);
  let url = "";
  // Between the gateway and the homeserver: what either of them asks of the other.
  const calls = await HttpProxy.open(() => url);
  const transactions = await HttpProxy.open(() => `http://127.0.0.1:${listening}`);
  calls.onRequest = options.calls;
  transactions.onRequest = lostAnswers();
  const keys = {
    homeserver: calls.url,
    server_name: SERVER,
    as_token: "as-token-of-a-test",
    hs_token: "hs-token-of-a-test",
    listen: `127.0.0.1:${listening}`,
    url: transactions.url,
  };
  const config = matrixConfig({ name: ACCOUNT, ...matrixConfigSchema.parse(keys) });
  const registrations = [registrationYaml(config, "registration.yaml")];
  const synapse = await startSynapse({ folder, serverName: SERVER, registrations });
  url = synapse.url;
  const rooms: SpokenRoom[] = [];
  for (const name of speakers) {
    const user = await MatrixUser.register(synapse, name);
    const power = { users: { [BOT]: 100 } };
    const room = await user.createRoom({ open: false, invite: [BOT], power });
    rooms.push({
      reference: { account: ACCOUNT, room },
      person: new MatrixPerson({ user, room, name, every }),
      read: async () => timelineRoom(await user.timeline(room)),
    });
  }
  return {
    account: { name: ACCOUNT, bridge: "matrix", ...keys },
    server: { stop: async () => synapse.kill("SIGKILL"), restart: async () => synapse.restart() },
    rooms,
    end: async () => void (await Promise.all([calls.close(), transactions.close(), synapse.stop()])),
  };
}

/** One call in so many goes wrong, in one way after the other. Each costs its room some 2 s. */
export function callsByTurns(every: number): MatrixMishap {
  let writes = 0;
  return ({ method, path }) => {
    if (method !== "PUT" || !WRITES.test(path) || ++writes % every !== 0) return null;
    return mishaps[(writes / every - 1) % mishaps.length] ?? null;
  };
}

function lostAnswers(): MatrixMishap {
  let transactions = 0;
  return ({ path }) =>
    TRANSACTIONS.test(path) && ++transactions % TRANSACTION_EVERY === 0 ? { kind: "lost-after" } : null;
}
