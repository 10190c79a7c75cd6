import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { matrixConfig } from "../../../bridges/matrix/config.ts";
import { registrationYaml } from "../../../bridges/matrix/registration.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { sharedSynapse, temporaryFolder } from "../../support/servers.ts";
import { conformance } from "./conformance.ts";
import { matrixAccount, MatrixConformance } from "./matrix-conformance.ts";

const SERVER = "matrix.test";
const [port = 0] = await freePorts(1);
const listen = `127.0.0.1:${port}`;
const registered = matrixConfig(matrixAccount({ url: "http://127.0.0.1:8008", serverName: SERVER }, listen));

const folder = temporaryFolder("matrix-conformance");
const startedSynapse = sharedSynapse({
  serverName: SERVER,
  registrations: [registrationYaml(registered, "registration.yaml")],
});

conformance("Matrix on Synapse", async () => {
  const platform = new MatrixConformance(await startedSynapse(), listen);
  await platform.connect();
  return {
    platform,
    options: () => {
      const own = join(folder, randomUUID().slice(0, 8));
      return Promise.resolve({
        folder: own,
        store: { kind: "sqlite" as const, file: join(own, "gateway.sqlite") },
      });
    },
  };
});
