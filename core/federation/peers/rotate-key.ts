/** The change of the key that signs, for a new one. */
import { limits } from "../../limits.ts";
import type { Store } from "../../store/store.ts";
import type { Milliseconds } from "../../time.ts";
import type { Rotation, SigningKeys } from "./signing-keys.ts";

/** A key is known for twice as long as a well-known is kept before it signs (M17), and for a month after (M18). */
const IN_ORDER: Rotation = { leadMs: 2 * limits.wellKnownMaxAgeMs, overlapMs: 31 * 86_400_000 };
const AT_ONCE: Rotation = { leadMs: 0, overlapMs: 0 };

export interface KeyRotation {
  readonly keys: Pick<SigningKeys, "rotate">;
  readonly store: Store;
  readonly now: () => Milliseconds;
}

/** Resolves when it is done and noted who did it. `stolen`: the present key signs nothing more, from now on. */
export async function rotateKey(
  { keys, store, now }: KeyRotation,
  stolen: boolean,
  actor: string,
): Promise<void> {
  const kid = await keys.rotate(stolen ? AT_ONCE : IN_ORDER);
  const act = stolen ? "key stolen" : "key rotate";
  await store.write("noteAudit", { at: now(), actor, act, subject: kid, detail: "" });
}
