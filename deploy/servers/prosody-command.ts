/** How a Prosody is started, and how it is told that it is up. */
import { join } from "node:path";
import type { ServerSpec } from "./server-process.ts";

/** `ports`: on 127.0.0.1, as the configuration has them. */
export function prosodyCommand(
  folder: string,
  configFile: string,
  ports: { readonly c2s: number; readonly component: number },
): ServerSpec {
  return {
    name: "prosody",
    program: "prosody",
    args: ["-F", "--config", configFile],
    folder,
    logFile: join(folder, "prosody.log"),
    readyWhen: [
      `Activated service 'c2s' on [127.0.0.1]:${ports.c2s}`,
      `Activated service 'component' on [127.0.0.1]:${ports.component}`,
    ],
    failsWhen: ["Failed to open server port"],
    stopSignal: "SIGTERM",
  };
}
