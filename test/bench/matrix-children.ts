/** The programs that the Matrix part works with, each a process of its own: a gateway, and what stands around it. */
import { matrixConfig, matrixConfigSchema } from "../../bridges/matrix/config.ts";
import { registrationYaml } from "../../bridges/matrix/registration.ts";
import { type BenchGateway, startBenchGateway } from "./bench-gateway.ts";
import { Child } from "./child.ts";
import type { BenchContext } from "./context.ts";
import type { ReceiverJob, SenderJob, StandInJob } from "./matrix-job.ts";
import { readyForm } from "./relay-job.ts";

export const AS_TOKEN = "as-token-of-the-bench";
const HS_TOKEN = "hs-token-of-the-bench";
const BOT = "mimi";

/** Where the account's homeserver is, and where the gateway is told what happens there. */
export interface MatrixPlace {
  readonly url: string;
  readonly serverName: string;
  readonly listen: number;
}

/** A gateway with the homeserver as an account. `more`: further accounts, as YAML. */
export function startMatrixGateway(
  context: BenchContext,
  name: string,
  place: MatrixPlace,
  more = "",
): Promise<BenchGateway> {
  return startBenchGateway(context, name, matrixYaml("matrix", place) + more);
}

/** The homeserver as an account in gateway.yaml. */
export const matrixYaml = (account: string, { url, serverName, listen }: MatrixPlace): string =>
  `  - name: ${account}
    bridge: matrix
    homeserver: ${url}
    server_name: ${serverName}
    as_token: ${AS_TOKEN}
    hs_token: ${HS_TOKEN}
    listen: 127.0.0.1:${listen}
`;

/** The registration of that account, for a homeserver that is to be started. */
export function registrationFor(place: Omit<MatrixPlace, "url">): string {
  const keys = matrixConfigSchema.parse({
    homeserver: "http://127.0.0.1:8008",
    server_name: place.serverName,
    as_token: AS_TOKEN,
    hs_token: HS_TOKEN,
    listen: `127.0.0.1:${place.listen}`,
  });
  return registrationYaml(matrixConfig({ name: "matrix", ...keys }), "registration.yaml");
}

/** Resolves when it answers. `service`: port of the application service; null: nobody is told of what is sent. */
export function startStandIn(
  context: BenchContext,
  name: string,
  {
    port,
    serverName,
    service,
  }: Pick<StandInJob, "port" | "serverName"> & { readonly service: number | null },
): Promise<Child> {
  const job: StandInJob = {
    port,
    serverName,
    bot: BOT,
    hsToken: HS_TOKEN,
    service: service === null ? null : urlOf(service),
  };
  return startChild(context, "matrix-stand-in.ts", name, job);
}

/** Resolves when it listens. */
export function startMatrixReceiver(context: BenchContext, port: number): Promise<Child> {
  const job: ReceiverJob = { port, token: HS_TOKEN };
  return startChild(context, "matrix-receiver.ts", "matrix-receiver", job);
}

/** Sends when it is told anything. */
export function startSender(
  context: BenchContext,
  { by, ...rest }: Omit<SenderJob, "token" | "as">,
): Promise<Child> {
  const job: SenderJob = { by, ...rest, token: AS_TOKEN, as: "@_mimi_floor:bench" };
  return startChild(context, "matrix-sender.ts", `matrix-sender-${by}`, job);
}

export const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

async function startChild(context: BenchContext, script: string, name: string, job: object): Promise<Child> {
  const args = [JSON.stringify(job)];
  const child = new Child({ script, args, folder: context.folder, name, counting: false, profile: null });
  await child.message(readyForm);
  return child;
}
