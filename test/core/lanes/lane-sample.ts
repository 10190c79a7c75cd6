/** A real store with lanes, and a runner whose work a test writes itself. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { pino } from "pino";
import type { LaneKey } from "../../../core/lanes/lane-key.ts";
import { HeldLane } from "../../../core/lanes/held-lane.ts";
import { LaneRunner, type LaneWork } from "../../../core/lanes/lane-runner.ts";
import { openSqliteStore } from "../../../core/store/sqlite/engine.ts";
import type { Store } from "../../../core/store/store.ts";
import { readLane } from "../../../core/store/units/lanes.ts";
import { SampleStore } from "../store/sample.ts";

export const silent = pino({ level: "silent" });

export async function laneSample(folder: string): Promise<SampleStore> {
  const place = { kind: "sqlite" as const, file: join(folder, `${randomUUID()}.sqlite`) };
  return SampleStore.make(openSqliteStore(place), place);
}

/** Claims each lane for itself, as lanes of accounts without a connection are. */
export function runnerOf(store: Store, run: LaneWork["run"], slots = 10, lingerMs = 0): LaneRunner {
  const find = async (lane: LaneKey): Promise<LaneWork | null> => {
    const { wait, failures, pulls } = await store.read(readLane(lane));
    const held = wait > 0 ? null : await HeldLane.claim(store, lane, 60_000);
    return held && { held, own: true, failures, pulls, run };
  };
  return new LaneRunner({ store, log: silent, slots, lingerMs, find });
}
