import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Child } from "./child.ts";
import type { BenchContext } from "./context.ts";
import { type FloorJob, floorResultForm, type SinkJob, type SinkResult, sinkResultForm } from "./sink-job.ts";

let runs = 0;

/** A gateway of its own, in a process of its own, does the job on an empty store. */
export async function runSink(context: BenchContext, job: Omit<SinkJob, "data">): Promise<SinkResult> {
  const folder = newFolder(context);
  const child = start(context, folder, "sink-gateway.ts", { ...job, data: join(folder, "data") });
  const result = await child.message(sinkResultForm);
  await child.stop();
  rmSync(folder, { recursive: true });
  return result;
}

/** Seconds that the bare script takes for the transactions of a job that has been done. */
export async function runFloor(
  context: BenchContext,
  job: Omit<SinkJob, "data">,
  done: SinkResult,
): Promise<number> {
  const folder = newFolder(context);
  const data = join(folder, "data");
  const plain = { ...context, profile: null };
  // A gateway that is told nothing leaves a store with the same rooms behind.
  const maker = start(plain, folder, "sink-gateway.ts", { ...job, messages: 0, data });
  await maker.message(sinkResultForm);
  await maker.stop();
  const { transactions, contentBytes } = done;
  const floor: FloorJob = { file: join(data, "gateway.sqlite"), transactions, contentBytes };
  const child = start(plain, folder, "append-floor.ts", floor);
  const { seconds } = await child.message(floorResultForm);
  await child.stop();
  rmSync(folder, { recursive: true });
  return seconds;
}

function newFolder(context: BenchContext): string {
  const folder = join(context.folder, `sink-${++runs}`);
  mkdirSync(folder);
  return folder;
}

function start(context: BenchContext, folder: string, script: string, job: object): Child {
  const jobFile = join(folder, `${script}.json`);
  writeFileSync(jobFile, JSON.stringify(job));
  return new Child({
    script,
    args: [jobFile],
    folder,
    name: script,
    counting: true,
    profile: context.profile,
  });
}
