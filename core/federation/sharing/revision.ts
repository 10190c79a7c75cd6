/** Which of this gateway's stores cursors are of: each time that one was restored from a backup, it is another. */
import type { Store } from "../../store/store.ts";
import { REVISION } from "../../store/units/mark-restored.ts";

/** 0 where the store was never restored. */
export async function readRevision(store: Store): Promise<number> {
  const value = await store.write("settle", { name: REVISION, value: Buffer.from("0") });
  return Number(Buffer.from(value).toString());
}
