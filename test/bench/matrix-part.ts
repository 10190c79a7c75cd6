/** The Matrix bridge: what it takes in and sends out beside a stand-in for a homeserver, and how soon a real Synapse has it. */
import type { BenchContext } from "./context.ts";
import type { Line } from "./lines.ts";
import { matrixIntakePart } from "./matrix-intake-part.ts";
import { matrixLatencyPart } from "./matrix-latency-part.ts";
import { matrixSendsPart } from "./matrix-sends-part.ts";

export async function matrixPart(context: BenchContext): Promise<readonly Line[]> {
  return [
    ...(await matrixIntakePart(context)),
    ...(await matrixSendsPart(context)),
    ...(await matrixLatencyPart(context)),
  ];
}
