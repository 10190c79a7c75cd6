/**
 * `npm run demo`: rooms of a real XMPP server, linked in pairs by a real gateway, and four people who talk in one pair
 * and use every feature in the other; then a channel of a simulated Slack workspace, a room of a real Synapse and a room of
 * the XMPP server, linked into one group with a room behind another gateway, and what crosses between the four.
 *
 *   npm run demo                     stays up until Ctrl-C, to be looked at with a client of one's own
 *   npm run demo -- --federated      the pairs alone, their rooms on two servers behind two gateways
 *   npm run demo -- --matrix         the group alone, without Slack
 *   npm run demo -- --once           ends; exit code 0 only if everything arrived, once and in order
 */
import { once } from "node:events";
import { parseArgs } from "node:util";
import { asGatewayError } from "../../core/errors.ts";
import { endServers } from "../servers/server-process.ts";
import { Ends } from "./ends.ts";
import { showMatrix } from "./matrix-demo.ts";
import { showRooms } from "./rooms-demo.ts";

const tell = (line: string): void => console.log(`demo: ${line}`);

const { once: onlyOnce, federated, matrix } = readCommandLine();
const interruption = new AbortController();
const ends = new Ends();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // A second one does not wait for an orderly end; the servers end with this process.
    if (interruption.signal.aborted) process.exit(130);
    tell("stopping everything");
    interruption.abort();
  });
}
const interrupted = once(interruption.signal, "abort").then((): number => 130);
const code = await Promise.race([demo(), interrupted]).catch(report);
await ends.all().catch(report);
// Where it was interrupted while it started, something may have come up since.
await endServers();
tell("everything is stopped");
process.exit(onlyOnce || code !== 130 ? code : 0);

/** The exit code. */
async function demo(): Promise<number> {
  const { faults, invitation } = await (matrix ? showMatrix(ends, tell) : showRooms(federated, ends, tell));
  for (const fault of faults) console.error(`demo: ${fault}`);
  if (faults.length > 0) tell(`${faults.length} faults, see above`);
  if (onlyOnce) return faults.length === 0 ? 0 : 1;
  console.log(invitation);
  return interrupted;
}

function report(thrown: unknown): number {
  const { code, detail } = asGatewayError(thrown);
  console.error(`demo: ${code}: ${detail}`);
  return 1;
}

function readCommandLine(): Readonly<Record<"once" | "federated" | "matrix", boolean>> {
  try {
    const flag = { type: "boolean", default: false } as const;
    const { values } = parseArgs({ options: { once: flag, federated: flag, matrix: flag } });
    if (values.federated && values.matrix) throw new Error("--federated and --matrix are two demos");
    return values;
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown);
    console.error("usage: npm run demo [-- [--federated | --matrix] [--once]]");
    return process.exit(2);
  }
}
