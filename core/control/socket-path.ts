/** Where the sockets of the data folder lie. */
import { join } from "node:path";
import { GatewayError } from "../errors.ts";

/** What the operating system takes as a socket's path: 108 octets with the zero at the end on Linux. */
const LONGEST = process.platform === "linux" ? 107 : 103;

/** The control socket. Throws GatewayError config_invalid where its path is too long for a socket. */
export function controlSocketPath(dataFolder: string): string {
  return socketPath(dataFolder, "control.sock");
}

/** A socket in the data folder. Throws GatewayError config_invalid where its path is too long for a socket. */
export function socketPath(dataFolder: string, name: string): string {
  const path = join(dataFolder, name);
  const length = Buffer.byteLength(path);
  if (length <= LONGEST) return path;
  throw new GatewayError(
    "config_invalid",
    `the socket ${path} has a path of ${length} bytes and ${LONGEST} are possible; ` +
      `set \`data\` to a folder with a path at least ${length - LONGEST} bytes shorter`,
  );
}
