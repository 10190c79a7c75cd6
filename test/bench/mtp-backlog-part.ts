/** A long log that a guest has not seen yet, pulled by its lane, against a script that has the answers at hand. */
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Child } from "./child.ts";
import type { BenchContext } from "./context.ts";
import type { Line } from "./lines.ts";
import { type Third, writeBacklog } from "./mtp-backlog.ts";
import { floorResultForm, reachedForm, reportForm, watchingForm } from "./mtp-job.ts";
import { domainOf, know, knowEnd, linkRooms, newEnd, newKeys, share, startEnd } from "./mtp-stage.ts";
import { median } from "./statistics.ts";

const EVENTS = 100_000;
const ROUNDS = 2;

export async function backlogLines(context: BenchContext): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const proofs of [false, true]) {
    const rounds: Pulled[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      context.progress(`backlog${proofs ? ", half of it with proofs" : ""}, round ${round} of ${ROUNDS}`);
      rounds.push(await pull(context, proofs));
    }
    const line = { part: "mtp", floor: null, goal: null };
    const what = `backlog of ${EVENTS}${proofs ? ", half of it with proofs" : ""}`;
    const rates = rounds.map(({ seconds }) => EVENTS / seconds);
    const floors = rounds.map(({ floorSeconds }) => EVENTS / floorSeconds);
    const goal = proofs ? null : ({ bound: "at least", limit: 0.6, of: "ratio" } as const);
    const cpu = (side: "owner" | "guest"): number => median(rounds.map((round) => round[side])) / EVENTS;
    lines.push(
      { ...line, what, value: median(rates), unit: "events/s", floor: median(floors), goal },
      { ...line, what: `${what}: CPU of the guest`, value: cpu("guest"), unit: "us a message" },
      { ...line, what: `${what}: CPU of the owner`, value: cpu("owner"), unit: "us a message" },
    );
  }
  return lines;
}

interface Pulled {
  readonly seconds: number;
  readonly floorSeconds: number;
  /** Microseconds of CPU. */
  readonly owner: number;
  readonly guest: number;
}

export async function pull(context: BenchContext, proofs: boolean): Promise<Pulled> {
  const owner = await newEnd(context, "a");
  const guest = await newEnd(context, "b");
  const peer = await knowEnd(owner, guest);
  const known = await knowEnd(guest, owner);
  const third = newThird();
  await know(guest, { ...third, hosts: [third.host], keys: [third.keys], endpoint: "http://127.0.0.1:9" }, [
    "unreachable",
  ]);
  const [room] = await linkRooms(owner, ["tea"]);
  if (room === undefined) throw new Error("there is a room");
  await share({ end: owner, guest: peer }, { end: guest, owner: known }, [room]);
  await Promise.all([owner.store.close(), guest.store.close()]);
  const pages = join(guest.folder, "pages.jsonl");
  const floor = join(guest.folder, "floor.sqlite");
  cpSync(guest.file, floor);
  const { base, host, file } = owner;
  const uri = room.groupUri;
  await writeBacklog(
    { file, base, host, group: room.group, uri, events: EVENTS, third: proofs ? third : null },
    pages,
  );

  const serving = await startEnd(context, owner, [guest]);
  const pulling = await startEnd(context, guest, [owner]);
  await pulling.child.ask({ order: "watch", group: uri }, watchingForm);
  const { reached } = await pulling.child.ask({ order: "reach", head: EVENTS }, reachedForm);
  const report = await pulling.child.ask({ order: "report" }, reportForm);
  const { cpuMicroseconds: ownerCpu } = await serving.child.ask({ order: "report" }, reportForm);
  await Promise.all([serving.child.stop(), pulling.child.stop()]);
  const [, begun = Number.NaN] = report.asked.find(([path]) => path === "/sync") ?? [];

  const jobFile = join(guest.folder, "floor.json");
  writeFileSync(jobFile, JSON.stringify({ file: floor, pages }));
  const script = new Child({
    script: "mtp-floor.ts",
    args: [jobFile],
    folder: guest.folder,
    name: "floor",
    counting: false,
    profile: null,
  });
  const { seconds: floorSeconds } = await script.message(floorResultForm);
  await script.stop();
  for (const { folder } of [owner, guest]) rmSync(folder, { recursive: true });
  const seconds = (reached - begun) / 1_000;
  return { seconds, floorSeconds, owner: ownerCpu, guest: report.cpuMicroseconds };
}

function newThird(): Third {
  const base = domainOf("c.bench.example");
  return { base, host: domainOf(`sink.${base}`), keys: newKeys() };
}
