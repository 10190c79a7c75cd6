/** What is laid down for single rooms: shown, set and taken away, in the store. */
import { parseUserUri } from "../../mappings/ids.ts";
import type { Milliseconds } from "../time.ts";
import { GatewayError } from "../errors.ts";
import type { RoomReference } from "../link-reports.ts";
import type { OptOutReport, PolicyOperations, PolicyValue, RoomPolicyReport } from "../policy-operations.ts";
import type { PolicyBook } from "../policy/policy-book.ts";
import {
  defaultOf,
  parsePolicyKey,
  parsePolicyValue,
  policyKeys,
  type PolicyKeyName,
  subjectsIn,
} from "../policy/room-policy.ts";
import type { Store } from "../store/store.ts";
import { type BindingRow, findBinding, liveBindings } from "../store/units/bindings.ts";
import { roomPolicies } from "../store/units/room-policies.ts";
import type { RoomAccount } from "./room-accounts.ts";

export interface StoredPoliciesOptions {
  readonly store: Store;
  readonly accounts: readonly RoomAccount[];
  readonly book: Pick<PolicyBook, "refresh">;
  readonly now: () => Milliseconds;
}

const OPERATOR = "operator";
/** The longest native id of a user that is taken down. */
const LONGEST_USER = 1_024;

export class StoredPolicies implements PolicyOperations {
  readonly #options: StoredPoliciesOptions;

  constructor(options: StoredPoliciesOptions) {
    this.#options = options;
  }

  async show(rooms: readonly RoomReference[]): Promise<readonly RoomPolicyReport[]> {
    const { store } = this.#options;
    const { policies } = await store.read(roomPolicies());
    const found = rooms.length === 0 ? await this.#linked() : await this.#named(rooms);
    return found.map(({ account, binding }) => {
      const set = policies.filter((row) => row.binding === binding.id);
      const values = policyKeys.map((key): PolicyValue => {
        const value = set.find(({ name }) => name === key)?.value;
        return { key, value: value ?? defaultOf(key), set: value !== undefined };
      });
      return { account: account.options.name, room: binding.native, group: binding.groupUri, values };
    });
  }

  async set(room: RoomReference, key: string, value: string): Promise<RoomPolicyReport> {
    const name = parsePolicyKey(key);
    const kept = parsePolicyValue(name, value);
    if (name === "ignore") checkSubjects(this.#account(room.account), subjectsIn(kept) ?? []);
    return this.#change(room, [{ name, value: kept }]);
  }

  async reset(room: RoomReference, key: string | null): Promise<RoomPolicyReport> {
    const names: readonly PolicyKeyName[] = key === null ? policyKeys : [parsePolicyKey(key)];
    return this.#change(
      room,
      names.map((name) => ({ name, value: null })),
    );
  }

  async optOuts(account: string | null): Promise<readonly OptOutReport[]> {
    const { store, accounts } = this.#options;
    const of = account === null ? accounts : [this.#account(account)];
    const { optOuts } = await store.read(roomPolicies());
    return of.flatMap(({ options: { name, row } }) =>
      optOuts.filter((one) => one.account === row.id).map(({ native }) => ({ account: name, user: native })),
    );
  }

  /** `actor`: who asks for it, for the audit. */
  async optOut(account: string, user: string, out: boolean, actor = OPERATOR): Promise<boolean> {
    const { store, book, now } = this.#options;
    if (user === "" || user.length > LONGEST_USER)
      throw new GatewayError("usage", "say whom, by his id on the platform");
    const { row } = this.#account(account).options;
    const label = `${account}:${user}`;
    const input = { account: row.id, native: user, out, label, at: now(), actor };
    const changed = await store.write("setOptOut", input);
    await book.refresh();
    return changed;
  }

  async #change(
    room: RoomReference,
    values: readonly { readonly name: PolicyKeyName; readonly value: string | null }[],
  ): Promise<RoomPolicyReport> {
    const { store, book, now } = this.#options;
    const { row, bridge } = this.#account(room.account).options;
    const native = bridge.parseRoom(room.room);
    const label = `${room.account}:${native}`;
    const input = { account: row.id, native, label, values, at: now(), actor: OPERATOR };
    await store.write("setRoomPolicy", input);
    await book.refresh();
    const [report] = await this.show([room]);
    if (report) return report;
    throw notLinked(label);
  }

  async #linked(): Promise<readonly Found[]> {
    const { store, accounts } = this.#options;
    const found: Found[] = [];
    for (const account of accounts)
      for (const binding of await store.read(liveBindings(account.options.row.id)))
        if (binding.state === "live") found.push({ account, binding });
    return found;
  }

  async #named(rooms: readonly RoomReference[]): Promise<readonly Found[]> {
    const found: Found[] = [];
    for (const reference of rooms) {
      const account = this.#account(reference.account);
      const { bridge, row } = account.options;
      const native = bridge.parseRoom(reference.room);
      const binding = await this.#options.store.read(findBinding({ account: row.id, native }));
      if (!binding) throw notLinked(`${reference.account}:${native}`);
      found.push({ account, binding });
    }
    return found;
  }

  #account(name: string): RoomAccount {
    const { accounts } = this.#options;
    const account = accounts.find((one) => one.options.name === name);
    if (account) return account;
    const names = accounts.map((one) => one.options.name).join(", ");
    throw new GatewayError("account_unknown", `no account ${name} is configured; there is ${names}`);
  }
}

interface Found {
  readonly account: RoomAccount;
  readonly binding: BindingRow;
}

const notLinked = (label: string): GatewayError =>
  new GatewayError("room_not_linked", `${label} is not linked`);

/** Those of other platforms are kept out by a block, which counts for all that comes from elsewhere. */
function checkSubjects({ options: { provider } }: RoomAccount, subjects: readonly string[]): void {
  for (const subject of subjects) {
    const uri = parseUserUri(subject);
    if (uri === null && subject.startsWith("mimi:"))
      throw new GatewayError("usage", `${subject} is no user; write mimi://PROVIDER/u/ID`);
    if (uri !== null && URL.parse(uri)?.host !== provider)
      throw new GatewayError(
        "usage",
        `${subject} is nobody of this room's platform (${provider}); \`mimi-gateway block\` keeps others out`,
      );
  }
}
