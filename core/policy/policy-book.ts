/** What is laid down for rooms, asked for each thing that is said in them: kept at hand, and read again now and then. */
import type { Milliseconds } from "../time.ts";
import type { AccountId, BindingId } from "../ids.ts";
import type { Store } from "../store/store.ts";
import { type PolicyRow, roomPolicies } from "../store/units/room-policies.ts";
import type { EventWriter } from "../groups/event-writer.ts";
import type { InboxBinding } from "../store/units/inbox.ts";
import type { InboundRules } from "./inbound.ts";
import { noPolicy, policyOf, type RoomPolicy } from "./room-policy.ts";

/** How long a change that another process has made may go unnoticed. */
const KEPT_MS: Milliseconds = 2_000;

const nobody: ReadonlySet<string> = new Set();

export class PolicyBook {
  readonly #store: Pick<Store, "read">;
  readonly #now: () => Milliseconds;
  #policies: ReadonlyMap<BindingId, RoomPolicy> = new Map();
  #optOuts: ReadonlyMap<AccountId, ReadonlySet<string>> = new Map();
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | null = null;
  #asked = 0;
  #taken = 0;

  /** `now`: milliseconds of any clock. */
  constructor(store: Pick<Store, "read">, now: () => Milliseconds) {
    this.#store = store;
    this.#now = now;
  }

  /** What is laid down for a room, at most two seconds old. */
  async of(binding: BindingId): Promise<RoomPolicy> {
    await this.#fresh();
    return this.known(binding);
  }

  /** The same as it was last read, without asking: for what is shown as it happens. */
  known(binding: BindingId): RoomPolicy {
    return this.#policies.get(binding) ?? noPolicy;
  }

  /** What is carried from a room. `writer`: knows the URIs of the people of a platform. */
  async rulesOf(
    room: Pick<InboxBinding, "id" | "account" | "domain">,
    writer: Pick<EventWriter, "userUri">,
  ): Promise<InboundRules> {
    const policy = await this.of(room.id);
    const optedOut = this.optedOut(room.account);
    return { policy, optedOut, uriOf: (native) => writer.userUri(room, native) };
  }

  /** Everybody of an account who does not want to be carried, by native id, as it was last read. */
  optedOut(account: AccountId): ReadonlySet<string> {
    return this.#optOuts.get(account) ?? nobody;
  }

  /** Reads all as it stands: at once after something was changed here. */
  async refresh(): Promise<void> {
    const at = this.#now();
    const asked = ++this.#asked;
    const { policies, optOuts } = await this.#store.read(roomPolicies());
    // Somebody who asked later has read what is newer.
    if (asked < this.#taken) return;
    this.#taken = asked;
    this.#readAt = at;
    this.#policies = byBinding(policies);
    const out = new Map<AccountId, Set<string>>();
    for (const { account, native } of optOuts)
      out.set(account, (out.get(account) ?? new Set<string>()).add(native));
    this.#optOuts = out;
  }

  /** Whoever asks while it is being read waits for that: nothing is decided by what was before. */
  async #fresh(): Promise<void> {
    if (this.#reading === null && this.#now() - this.#readAt >= KEPT_MS)
      this.#reading = this.refresh().finally(() => (this.#reading = null));
    await this.#reading;
  }
}

function byBinding(rows: readonly PolicyRow[]): ReadonlyMap<BindingId, RoomPolicy> {
  const byRoom = Map.groupBy(rows, ({ binding }) => binding);
  return new Map([...byRoom].map(([binding, set]) => [binding, policyOf(set)]));
}
