import { randomBytes } from "node:crypto";
import type { AccountHost } from "../accounts/account-host.ts";
import type { Config } from "../config/config.ts";
import type { FederationAccess } from "../federation/peers/federation-access.ts";
import { GatewayError } from "../errors.ts";
import type { DoctorReport } from "../doctor-operations.ts";
import type { Announcer } from "../groups/announce.ts";
import type { BlockList } from "../groups/block-list.ts";
import { inLane, outLane } from "../lanes/lane-key.ts";
import type { Waker } from "../lanes/waker.ts";
import type {
  LinkReport,
  Operations,
  ResumeReport,
  RoomReference,
  SetAsideEntry,
  StatusReport,
  TraceReport,
  UnlinkReport,
} from "../operations.ts";
import type { Vault } from "../secrets/vault.ts";
import type { PolicyBook } from "../policy/policy-book.ts";
import type { Store } from "../store/store.ts";
import type { LinkInput } from "../store/units/bindings.ts";
import { waitingGroups } from "../store/units/restored-rooms.ts";
import { type AsideRow, setAsideRows } from "../store/units/set-aside.ts";
import { eventWay, findEvents } from "../store/units/trace.ts";
import { groupUri, parseGroupUri, parseProviderDomain } from "../../mappings/ids.ts";
import { examine } from "./doctor.ts";
import { leaveUnlinked } from "./entered-rooms.ts";
import { StoredFederation } from "./federation-operations.ts";
import { StoredModeration } from "./moderation-operations.ts";
import { StoredPolicies } from "./policy-operations.ts";
import { Portals } from "./portals.ts";
import { AccountSecrets } from "./secrets-operations.ts";
import { resumeRoom } from "./resume-room.ts";
import { type LinkedBy, type Linking, RoomCodes } from "./room-codes.ts";
import { roomToLink } from "./room-to-link.ts";
import { gatewayStatus } from "./gateway-status.ts";
import { traceReport } from "./trace-report.ts";

export interface GatewayOperationsOptions {
  readonly config: Pick<Config, "base" | "limits">;
  readonly store: Store;
  readonly vault: Vault;
  readonly hosts: readonly AccountHost[];
  readonly redis: StatusReport["redis"];
  readonly wake: StatusReport["wake"];
  /** False: the command line has opened the store itself; rooms are entered when the gateway starts. */
  readonly running: boolean;
  readonly waker: Waker | null;
  /** Left out where nothing is delivered by this process. */
  readonly announcer?: Announcer;
  readonly blocks?: BlockList;
  readonly policies: PolicyBook;
  /** Left out where nothing is exchanged with other gateways in this process. */
  readonly federation?: FederationAccess;
}

const ACTOR = "operator";
const BY_OPERATOR: LinkedBy = { actor: ACTOR, code: null };

const now = (): number => Date.now();

/** What an operator asks for, answered from the store and by the accounts that this process serves. */
export class GatewayOperations implements Operations {
  readonly federation: StoredFederation;
  /** What people in rooms may do by codes. */
  readonly codes: RoomCodes;
  /** Rooms that are made when somebody asks for them. */
  readonly portals: Portals;
  readonly moderation: StoredModeration;
  readonly policy: StoredPolicies;
  readonly secrets: AccountSecrets;
  readonly #options: GatewayOperationsOptions;

  constructor(options: GatewayOperationsOptions) {
    this.#options = options;
    const { config, store, hosts, running, federation: access = null } = options;
    const link: Linking = (...question) => this.link(...question);
    const { announcer, blocks } = options;
    const local = { base: config.base, store, hosts, running, ...(blocks && { blocks }) };
    this.federation = new StoredFederation({ ...local, access, link });
    this.codes = new RoomCodes({ ...local, access, gateway: this });
    const host = (account: string): AccountHost => this.#host(account);
    this.portals = new Portals({ store, hosts, host, link, limits: config.limits });
    this.secrets = new AccountSecrets({ ...options, now, host });
    const { policies: book } = options;
    this.policy = new StoredPolicies({ store, accounts: hosts, book, now });
    this.moderation = new StoredModeration({
      store,
      now,
      grew: (group, rooms) => {
        announcer?.rooms(rooms);
        announcer?.outside?.grew(group);
      },
    });
  }

  status(): Promise<StatusReport> {
    return gatewayStatus(this.#options);
  }

  /** `by`: who links, where that is not the operator. */
  async link(
    references: readonly RoomReference[],
    group: string | null,
    { actor, code, made }: LinkedBy = BY_OPERATOR,
  ): Promise<LinkReport> {
    const { store, hosts } = this.#options;
    const uri = group === null ? null : parseGroupUri(group);
    if (group !== null && uri === null) throw new GatewayError("group_unknown", `${group} is no group's URI`);
    const owner = parseProviderDomain(this.#host(references[0]?.account ?? "").options.provider);
    if (owner === null) throw new GatewayError("internal", "an account's provider is no domain");
    const newUri = groupUri(owner, randomBytes(10).toString("hex"));
    const rooms: LinkInput["rooms"][number][] = [];
    const warnings: (readonly string[])[] = [];
    try {
      for (const reference of references) {
        const host = this.#host(reference.account);
        const entered = await roomToLink(reference, host, this.#options, made);
        rooms.push(entered.room);
        warnings.push(entered.warnings);
      }
      const input = { rooms, group: uri, newUri, at: Date.now(), actor };
      const done = await (code === null
        ? store.write("link", input)
        : store.write("linkByCode", { ...input, ...code }));
      await this.#refresh();
      this.#wakeGroup(done.group);
      const linked = new Set(done.linked);
      return {
        group: done.group,
        rooms: references.map(({ account }, i) => ({
          account,
          room: rooms[i]?.native ?? "",
          state: linked.has(i) ? ("linked" as const) : ("already" as const),
          warnings: warnings[i] ?? [],
        })),
      };
    } catch (thrown) {
      // One that was made is linked when it is asked for again.
      await leaveUnlinked(
        hosts,
        rooms.filter(({ kind }) => kind !== "portal"),
      );
      throw thrown;
    }
  }

  async unlink(reference: RoomReference, erase: boolean, actor: string = ACTOR): Promise<UnlinkReport> {
    const { store } = this.#options;
    const host = this.#host(reference.account);
    const native = host.options.bridge.parseRoom(reference.room);
    const account = host.options.row.id;
    const label = `${reference.account}:${native}`;
    const done = await store.write("unlink", { account, native, label, erase, at: Date.now(), actor });
    await this.#refresh();
    this.#wakeGroup(done.group);
    return { group: done.group, account: reference.account, room: native, erased: erase };
  }

  async resume(reference: RoomReference, drop: boolean, actor: string = ACTOR): Promise<ResumeReport> {
    const { store, waker } = this.#options;
    return resumeRoom({ store, waker, host: this.#host(reference.account) }, reference, drop, actor);
  }

  async trace(id: string): Promise<readonly TraceReport[]> {
    const { store } = this.#options;
    const found = await store.read(findEvents(id));
    if (found.length === 0)
      throw new GatewayError("event_unknown", `no event's id begins with ${id}, and no room calls one so`);
    const reports: TraceReport[] = [];
    for (const event of found) reports.push(traceReport(event.id, await store.read(eventWay(event))));
    return reports;
  }

  async doctor(account: string | null): Promise<DoctorReport> {
    const { federation: access, ...options } = this.#options;
    const federation = access ? () => access.examine() : null;
    const waiting = () => options.store.read(waitingGroups());
    return examine({ ...options, federation, waiting, status: () => this.status() }, account);
  }

  async setAsideList(): Promise<readonly SetAsideEntry[]> {
    return (await this.#options.store.read(setAsideRows())).map(entry);
  }

  async setAsideRetry(id: number): Promise<SetAsideEntry> {
    const row = await this.#options.store.write("retryAside", { id, at: Date.now(), actor: ACTOR });
    const lane = row.direction === "inbound" ? inLane(row.binding) : outLane(row.binding);
    this.#options.waker?.wake(lane, row.accountId, "queued");
    return entry(row);
  }

  async setAsideDiscard(id: number): Promise<SetAsideEntry> {
    return entry(await this.#options.store.write("discardAside", { id, at: Date.now(), actor: ACTOR }));
  }

  #host(account: string): AccountHost {
    const host = this.#options.hosts.find((one) => one.options.name === account);
    if (host) return host;
    const names = this.#options.hosts.map((one) => one.options.name).join(", ");
    throw new GatewayError(
      "account_unknown",
      `no account ${account} is configured${names === "" ? "" : `; there is ${names}`}`,
    );
  }

  /** The notices that wait in the rooms of a group go out at once. */
  #wakeGroup(group: string): void {
    for (const host of this.#options.hosts)
      for (const binding of host.bindings())
        if (binding.groupUri === group)
          this.#options.waker?.wake(outLane(binding.id), binding.account, "queued");
  }

  async #refresh(): Promise<void> {
    for (const host of this.#options.hosts) await host.refresh();
  }
}

const entry = (row: AsideRow): SetAsideEntry => ({
  id: row.id,
  direction: row.direction,
  account: row.account,
  room: row.room,
  event: row.event,
  code: row.code,
  cause: row.cause,
  at: row.at,
});
