/** Whom a room is not given, asked for each entry that is delivered: kept at hand, and read again now and then. */
import type { BindingId } from "../ids.ts";
import type { Store } from "../store/store.ts";
import { type Block, listBlocks } from "../store/units/blocks.ts";
import { authorityOf, type UserUri } from "../../mappings/ids.ts";

/** How long a block that another process has set may go unnoticed, in milliseconds. */
const KEPT_MS = 2_000;

export class BlockList {
  readonly #store: Pick<Store, "read">;
  readonly #now: () => number;
  #subjects: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(store: Pick<Store, "read">, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Whether what this user says is kept from the room. null: nobody is known. */
  async hides(binding: BindingId, sender: UserUri | null): Promise<boolean> {
    if (sender === null) return false;
    if (this.#now() - this.#readAt >= KEPT_MS) await this.refresh();
    if (this.#subjects.size === 0) return false;
    const scopes = ["gateway", `binding:${binding}`];
    return scopes.some((scope) => {
      const subjects = this.#subjects.get(scope);
      return subjects !== undefined && subjectsOf(sender).some((subject) => subjects.has(subject));
    });
  }

  /** Reads the blocks as they stand: at once after one was set here. */
  async refresh(): Promise<void> {
    this.#readAt = this.#now();
    this.#subjects = byScope(await this.#store.read(listBlocks()));
  }
}

function byScope(blocks: readonly Block[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { scope, subject } of blocks)
    found.set(scope, (found.get(scope) ?? new Set<string>()).add(subject));
  return found;
}

/** His URI, his provider's domain, and every domain above it. */
function subjectsOf(sender: UserUri): readonly string[] {
  const labels = authorityOf(sender).split(".");
  return [sender, ...labels.map((_, i) => labels.slice(i).join("."))];
}
