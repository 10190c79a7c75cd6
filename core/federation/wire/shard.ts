import { createHash } from "node:crypto";
import type { GroupUri } from "../../../mappings/ids.ts";

/** One of `n` parts into which several processes divide the groups among them. */
export interface Shard {
  readonly k: number;
  readonly n: number;
}

/** Whether a group belongs to this part (docs/mtp.md, Reading many groups). */
export function inShard(uri: GroupUri, { k, n }: Shard): boolean {
  return createHash("sha256").update(uri).digest().readUInt32BE(0) % n === k;
}
