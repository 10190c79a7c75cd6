/**
 * Requests of every resource, well-formed and bent, by a guest, other peers and strangers, in flight at one time over real HTTP
 * against a whole gateway's door. It must never fail, hang, or keep anything of what it refuses.
 */
import { Agent, request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";
import { problems } from "../../../core/federation/wire/problem.ts";
import type { EventId, GroupUri } from "../../../mappings/ids.ts";
import { type Party, pathOf } from "../../core/federation/attacks/door.ts";
import { House } from "../../core/federation/attacks/house.ts";
import { Random } from "../../faults/random.ts";
import { bend, type Shot } from "./bend.ts";
import { unexplained } from "./explained.ts";
import { type Facts, wellFormed } from "./requests.ts";
import { changes, storedIn } from "./stored.ts";

export interface MtpLimits {
  readonly requests: number;
  /** Before one counts as hanging. */
  readonly answerMs: number;
}

export interface MtpFuzzed {
  readonly requests: number;
  readonly seconds: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Octets by which the heap has grown at most. */
  readonly grown: number;
  /** Rows that came and went, by table. */
  readonly stored: Readonly<Record<string, readonly [come: number, gone: number]>>;
  readonly faults: readonly string[];
}

const IN_FLIGHT = 24;
/** One in so many is sent while nobody asks who may change anything. */
const OUTSIDERS_SHARE = 4;
const MOST_FAULTS = 10;
/** Nobody is to be slowed down here. */
const FREE = 1_000_000_000;

export async function fuzzMtp(folder: string, seed: number, limits: MtpLimits): Promise<MtpFuzzed> {
  const { house, close } = await House.open(folder, {
    limits: {
      peerBurst: FREE,
      peerPerSecond: FREE,
      strangerBurst: FREE,
      strangerPerSecond: FREE,
      guestEventsPerMinute: FREE,
    },
  });
  try {
    const facts = await factsOf(house);
    const run = new MtpRun(facts, seed, limits);
    const before = await storedIn(house.sample.config);
    const started = performance.now();
    const { guest, rival, waiting, blocked, stranger } = house;
    const outsiders = [waiting, blocked, stranger, null];
    await run.until(limits.requests / OUTSIDERS_SHARE, outsiders);
    for (const table of changes(before, await storedIn(house.sample.config)).keys())
      run.fault(`outsiders have changed the table ${table}`);
    await run.until(limits.requests, [guest, guest, guest, guest, rival, ...outsiders]);
    run.end();
    const seconds = (performance.now() - started) / 1_000;
    const changed = changes(before, await storedIn(house.sample.config));
    for (const fault of unexplained(changed, run)) run.fault(fault);
    return {
      requests: run.sent,
      seconds,
      statuses: run.statuses,
      grown: run.grown,
      stored: Object.fromEntries(
        [...changed].map(([table, { come, gone }]) => [table, [come.length, gone.length]]),
      ),
      faults: run.faults,
    };
  } finally {
    await close();
  }
}

async function factsOf(house: House): Promise<Facts> {
  const cursors = new Map<GroupUri, string>();
  for (const [room, by] of [
    [house.tea, house.guest],
    [house.milk, house.rival],
  ] as const) {
    const { text: said } = await house.ask(by, { path: `${pathOf(room)}/events` });
    cursors.set(room.groupUri, (JSON.parse(said) as { cursor: string }).cursor);
  }
  const events = new Map<GroupUri, EventId[]>();
  const rows = await house.sample.sql(
    "select uri, event.id from event join grp on grp.id = event.grp order by seq desc",
  );
  for (const { uri, id } of rows) {
    const group = String(uri) as GroupUri;
    events.set(group, [...(events.get(group) ?? []), String(id) as EventId]);
  }
  return { house, cursors, events };
}

class MtpRun {
  sent = 0;
  grown = 0;
  readonly statuses: Record<string, number> = {};
  readonly faults: string[] = [];
  /** Ids for which a place in the log was answered. */
  readonly accepted = new Set<string>();
  /** Files that were answered to be new. */
  files = 0;
  readonly #facts: Facts;
  readonly #seed: number;
  readonly #limits: MtpLimits;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  readonly #heap = process.memoryUsage().heapUsed;
  /** What nobody but the guest may be told, and what not even it may: ids of events. */
  readonly #hidden: ReadonlySet<string>;
  readonly #old: ReadonlySet<string>;

  constructor(facts: Facts, seed: number, limits: MtpLimits) {
    this.#facts = facts;
    this.#seed = seed;
    this.#limits = limits;
    const { tea, milk } = facts.house;
    const [of, elsewhere] = [facts.events.get(tea.groupUri) ?? [], facts.events.get(milk.groupUri) ?? []];
    this.#hidden = new Set(of);
    this.#old = new Set([...of.slice(1), ...elsewhere]);
  }

  async until(count: number, parties: readonly (Party | null)[]): Promise<void> {
    const work = async (): Promise<void> => {
      while (this.sent < count && this.faults.length < MOST_FAULTS) {
        const number = this.sent++;
        if (number % 1_000 === 0)
          this.grown = Math.max(this.grown, process.memoryUsage().heapUsed - this.#heap);
        await this.#one(new Random(this.#seed + number), this.#seed + number, parties);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  }

  end(): void {
    this.#agent.destroy();
  }

  fault(what: string): void {
    if (this.faults.length < MOST_FAULTS) this.faults.push(what);
  }

  async #one(random: Random, seed: number, parties: readonly (Party | null)[]): Promise<void> {
    const { house } = this.#facts;
    const by = random.pick(parties);
    const shot = bend(random, house, by, wellFormed(random, this.#facts, by ?? house.stranger));
    const told = `seed ${seed}, by ${by?.as ?? "nobody"}: ${shot.method} ${shot.path} ${shot.body.toString("latin1").slice(0, 2_000)}`;
    try {
      const { status, body, type } = await this.#send(shot);
      this.statuses[status] = (this.statuses[status] ?? 0) + 1;
      const wrong = this.#wrongWith(by, shot, status, body, type);
      if (wrong !== null) this.fault(`${wrong}: ${told}\n${status} ${body.slice(0, 500)}`);
    } catch (thrown) {
      this.fault(`${String(thrown)}: ${told} ${JSON.stringify(shot.headers)}`);
    }
  }

  #wrongWith(by: Party | null, shot: Shot, status: number, body: string, type: string): string | null {
    const { guest, rival, waiting } = this.#facts.house;
    if (status >= 400) return shot.method === "HEAD" ? null : wrongProblem(status, body, type);
    const open = shot.path === "/.well-known/mtp" || shot.path.startsWith("/.well-known/mtp?");
    const known = by === guest || by === rival || (by === waiting && shot.path.startsWith("/connections"));
    if (!open && !known) return "let in";
    const told = body.match(/"(?:id)":"[0-9a-f]{64}"/g) ?? [];
    const of =
      shot.method === "POST" && shot.path.endsWith("/events") ? [] : told.map((id) => id.slice(6, -1));
    if (by !== guest && of.some((id) => this.#hidden.has(id))) return "told of another's group";
    if (by === guest && of.some((id) => this.#old.has(id))) return "told of what was before";
    if (status === 201) this.files += 1;
    for (const { id, code } of verdictsIn(body)) if (code === "accepted") this.accepted.add(id);
    return null;
  }

  #send({ method, path, headers, body }: Shot): Promise<{ status: number; body: string; type: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<{
      status: number;
      body: string;
      type: string;
    }>();
    const length = { "content-length": String(body.length) };
    const request = httpRequest(this.#facts.house.endpoint, {
      method,
      path,
      agent: this.#agent,
      headers: { ...(body.length === 0 ? {} : length), ...headers },
    });
    const timer = setTimeout(() => request.destroy(new Error("no answer in time")), this.#limits.answerMs);
    request.on("error", reject);
    request.on("response", (answer) => {
      text(answer)
        .then((read) =>
          resolve({ status: answer.statusCode ?? 0, body: read, type: answer.headers["content-type"] ?? "" }),
        )
        .catch(reject);
    });
    request.end(body);
    return promise.finally(() => clearTimeout(timer));
  }
}

function wrongProblem(status: number, body: string, type: string): string | null {
  if (status >= 500) return "failed";
  const problem = JSON.parse(body === "" ? "{}" : body) as { code?: string; status?: number; type?: string };
  const known = Object.entries(problems).find(([code]) => code === problem.code);
  const right =
    known?.[1][0] === status && problem.status === status && problem.type?.endsWith(`:${problem.code}`);
  return right === true && type === "application/problem+json"
    ? null
    : "refused without a problem of the table";
}

function verdictsIn(body: string): readonly { readonly id: string; readonly code: string }[] {
  if (!body.startsWith('{"verdicts":')) return [];
  return (JSON.parse(body) as { verdicts: { id: string; code: string }[] }).verdicts;
}
