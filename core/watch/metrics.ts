/**
 * The gateway's metrics. What happens is counted where it is written down, once for each transaction; what stands is read from
 * the store when somebody asks.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { AccountHost } from "../accounts/account-host.ts";
import type { AccountId, BindingId } from "../ids.ts";
import { type LaneKey, parseLane } from "../lanes/lane-key.ts";
import type { Store } from "../store/store.ts";
import type { UnitInput, UnitName } from "../store/units/registry.ts";
import type { Milliseconds } from "../time.ts";
import { version } from "../version.ts";
import { type AccountLabels, labelsOf } from "./account-labels.ts";
import { type MetricName, metricList, type NameOf } from "./metric-list.ts";

/** Seconds: from a commit on a good disk to one that hangs. */
const COMMIT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
/** How exactly the delay of the event loop is measured: each look wakes the process. */
const LOOP_PRECISION_MS: Milliseconds = 100;

const UNITS: readonly UnitName[] = ["accept", "append", "progress"];

type Labels = Readonly<Record<string, string>>;
type Count<Name extends UnitName> = (input: UnitInput<Name>) => void;

export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<MetricName, Counter>();
  readonly #gauges = new Map<MetricName, Gauge>();
  readonly #commits: Histogram;
  #hosts: readonly AccountHost[] = [];
  /** Which account a room belongs to; a room that is linked no more is counted once more at most. */
  readonly #accountOf = new Map<BindingId, AccountLabels>();
  readonly #counts: { readonly [Name in UnitName]?: Count<Name> } = {
    accept: ({ account, batches }) => {
      const things = batches.reduce((sum, { raws }) => sum + raws.length, 0);
      this.#add("mimi_gateway_events_total", this.#ofAccount(account), { direction: "in" }, things);
    },
    append: ({ binding, rows }) => {
      for (const { setAside } of rows)
        if (setAside) this.#fault("mimi_gateway_given_up_total", binding, "in", setAside.code);
    },
    progress: ({ binding, settled }) =>
      this.#add("mimi_gateway_events_total", this.#ofRoom(binding), { direction: "out" }, settled.length),
    giveUp: ({ binding, code }) => this.#fault("mimi_gateway_given_up_total", binding, "out", code),
    putOffLane: ({ lane, error }) => this.#putOff(lane, error),
  };

  constructor() {
    const registers = [this.#registry];
    this.#commits = new Histogram({
      ...textOf("mimi_gateway_commit_seconds"),
      buckets: COMMIT_BUCKETS,
      registers,
    });
    for (const name of Object.keys(metricList) as MetricName[]) {
      const { kind } = metricList[name];
      if (kind === "counter") this.#counters.set(name, new Counter({ ...textOf(name), registers }));
      if (kind === "gauge") this.#gauges.set(name, new Gauge({ ...textOf(name), registers }));
    }
    this.set("mimi_gateway_info", { version }, 1);
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: LOOP_PRECISION_MS });
  }

  /** The accounts that there are, once they are known: what was counted before is nobody's. */
  know(hosts: readonly AccountHost[]): void {
    this.#hosts = hosts;
  }

  /** The same store, with what is written counted. */
  counting(store: Store): Store {
    const write: Store["write"] = async (name, input) => {
      const begun = performance.now();
      const result = await store.write(name, input);
      this.#committed(name, input, performance.now() - begun);
      return result;
    };
    return {
      dialect: store.dialect,
      slot: store.slot,
      read: (unit) => store.read(unit),
      write,
      checkVersion: () => store.checkVersion(),
      close: () => store.close(),
    };
  }

  /** Sets what stands; to be told anew each time, since what is not told any more has gone. */
  set(name: NameOf<"gauge">, labels: Labels, value: number): void {
    this.#gauges.get(name)?.set(labels, value);
  }

  clear(name: NameOf<"gauge">): void {
    this.#gauges.get(name)?.reset();
  }

  /** All of it, in Prometheus's text form. */
  async text(): Promise<{ readonly type: string; readonly body: string }> {
    return { type: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  #committed<Name extends UnitName>(name: Name, input: UnitInput<Name>, took: Milliseconds): void {
    this.#commits.observe({ unit: UNITS.includes(name) ? name : "other" }, took / 1000);
    const count: { readonly [One in UnitName]?: Count<One> }[Name] = this.#counts[name];
    count?.(input);
  }

  #putOff(lane: LaneKey, error: string): void {
    const parsed = parseLane(lane);
    // The message of an error begins with its code.
    const [code = ""] = /^[a-z_]+(?=: )/.exec(error) ?? [];
    if ("binding" in parsed && code !== "")
      this.#fault("mimi_gateway_put_off_total", parsed.binding, parsed.kind, code);
  }

  #fault(name: NameOf<"counter">, binding: BindingId, direction: "in" | "out", code: string): void {
    this.#add(name, this.#ofRoom(binding), { direction, code }, 1);
  }

  #add(name: NameOf<"counter">, of: AccountLabels | null, labels: Labels, by: number): void {
    if (of !== null && by > 0) this.#counters.get(name)?.inc({ ...of, ...labels }, by);
  }

  #ofAccount(id: AccountId): AccountLabels | null {
    const host = this.#hosts.find(({ options }) => options.row.id === id);
    return host ? labelsOf(host) : null;
  }

  #ofRoom(id: BindingId): AccountLabels | null {
    const known = this.#accountOf.get(id);
    if (known) return known;
    const host = this.#hosts.find((one) => one.bindings().some((row) => row.id === id));
    if (!host) return null;
    const labels = labelsOf(host);
    this.#accountOf.set(id, labels);
    return labels;
  }
}

function textOf(name: MetricName) {
  const { help, labels } = metricList[name];
  return { name, help, labelNames: [...labels] };
}
