import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { startSlackSimulator } from "../../slack/simulator.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { conformance } from "./conformance.ts";
import { SlackConformance } from "./slack-conformance.ts";

const folder = temporaryFolder("slack-conformance");

for (const transport of ["Socket Mode", "HTTP"] as const)
  conformance(`Slack by ${transport}, on the simulator`, async () => {
    const simulator = await startSlackSimulator({ limits: "off" });
    const [free = 0] = await freePorts(1);
    const port = transport === "HTTP" ? free : null;
    return {
      platform: new SlackConformance(simulator, "suite", port),
      close: () => simulator.stop(),
      options: () => {
        const own = join(folder, randomUUID().slice(0, 8));
        return Promise.resolve({
          folder: own,
          store: { kind: "sqlite" as const, file: join(own, "gateway.sqlite") },
        });
      },
    };
  });
