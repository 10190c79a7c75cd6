/** The homeserver of the demo: a Synapse with its people, and what makes the gateway and it known to each other. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { stringify } from "yaml";
import { matrixConfig, matrixConfigSchema } from "../../../../bridges/matrix/config.ts";
import { registrationYaml } from "../../../../bridges/matrix/registration.ts";
import { MatrixUser } from "../../../clients/matrix-user.ts";
import { freePorts } from "../../../servers/ports.ts";
import { startSynapse, type Synapse } from "../../../servers/synapse.ts";
import { findSynapsePython } from "../../../servers/synapse-python.ts";
import type { Ends } from "../../ends.ts";
import { PASSWORD, VISITOR } from "../../service.ts";

/** The account's name in gateway.yaml. */
export const MATRIX = "matrix";
const SERVER_NAME = "matrix.localhost";
const PREPARE = join(import.meta.dirname, "../../../setup/prepare.sh");

export class DemoHomeserver {
  readonly synapse: Synapse;
  readonly people: readonly [MatrixUser, MatrixUser];
  /** Somebody who looks at the demo himself; he is in no room yet. */
  readonly visitor: MatrixUser;
  /** Id of the gateway's own user. */
  readonly bot: string;
  /** The lines of gateway.yaml that serve it, below `accounts:`. */
  readonly account: string;

  private constructor(
    synapse: Synapse,
    account: string,
    bot: string,
    [first, second, visitor]: readonly [MatrixUser, MatrixUser, MatrixUser],
  ) {
    this.synapse = synapse;
    this.account = account;
    this.bot = bot;
    this.people = [first, second];
    this.visitor = visitor;
  }

  /** Throws GatewayError server_failed. */
  static async start(folder: string, ends: Ends, tell: (line: string) => void): Promise<DemoHomeserver> {
    const [port = 0] = await freePorts(1);
    const keys = {
      homeserver: "http://127.0.0.1",
      server_name: SERVER_NAME,
      as_token: randomBytes(32).toString("hex"),
      hs_token: randomBytes(32).toString("hex"),
      listen: `127.0.0.1:${port}`,
    };
    const config = matrixConfig({ name: MATRIX, ...matrixConfigSchema.parse(keys) });
    tell("starting Synapse");
    const synapse = await startSynapse({
      folder: join(folder, "synapse"),
      serverName: SERVER_NAME,
      registrations: [registrationYaml(config, "registration.yaml")],
    });
    ends.add(async () => synapse.stop());
    const account = { name: MATRIX, bridge: "matrix", ...keys, homeserver: synapse.url };
    const people = [
      await person(synapse, "mia", "Mia"),
      await person(synapse, "nils", "Nils"),
      await person(synapse, VISITOR, "Visitor"),
    ] as const;
    const lines = stringify([account]).replace(/^(?=.)/gm, "  ");
    return new DemoHomeserver(synapse, lines, `@${config.bot}:${SERVER_NAME}`, people);
  }
}

async function person(synapse: Synapse, name: string, shown: string): Promise<MatrixUser> {
  const user = await MatrixUser.register(synapse, name, PASSWORD);
  await user.setDisplayName(shown);
  return user;
}

/** Installs a Synapse where there is none yet. Resolves with whether there is one then. */
export async function prepareSynapse(ends: Ends, tell: (line: string) => void): Promise<boolean> {
  if (findSynapsePython() !== null) return true;
  tell("there is no Synapse here yet");
  const child = spawn("sh", [PREPARE, "matrix"], { stdio: "inherit" });
  ends.add(() => void child.kill());
  const [code] = (await once(child, "close")) as [number | null];
  return code === 0 && findSynapsePython() !== null;
}
