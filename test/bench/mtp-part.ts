/** Two gateways that federate, each a process with a store of its own, over real HTTP on this machine. */
import type { BenchContext } from "./context.ts";
import type { Line } from "./lines.ts";
import { backlogLines } from "./mtp-backlog-part.ts";
import { crowdLines, resumeLines } from "./mtp-many-part.ts";
import { liveLines } from "./mtp-live-part.ts";

export async function mtpPart(context: BenchContext): Promise<readonly Line[]> {
  const parts = [backlogLines, liveLines, crowdLines, resumeLines];
  const lines: Line[] = [];
  for (const part of parts) lines.push(...(await part(context)));
  return lines;
}
