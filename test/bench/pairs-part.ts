/** All platforms in one gateway: what gets from each to each other one, and what many rooms cost. */
import type { BenchContext } from "./context.ts";
import type { Line } from "./lines.ts";
import { pairScalePart } from "./pair-scale-part.ts";
import { pairWaysPart } from "./pair-ways-part.ts";

export async function pairsPart(context: BenchContext): Promise<readonly Line[]> {
  return [...(await pairScalePart(context)), ...(await pairWaysPart(context))];
}
