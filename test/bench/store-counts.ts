/**
 * Counts from inside a gateway what its SQLite store writes. Loaded with `--import` into the process and so into its
 * writer's thread. Asked by a message of the parent process, or by `storeCounts` in the process itself.
 */
import { DatabaseSync } from "node:sqlite";
import { BroadcastChannel, isMainThread } from "node:worker_threads";
import { z } from "zod";

/** Since the process began. With synchronous = full and a write-ahead log a commit is one fsync. */
export const storeCountsForm = z.object({
  commits: z.number(),
  /** Rows inserted, changed or deleted. */
  rows: z.number(),
});
export type StoreCounts = z.output<typeof storeCountsForm>;

const CHANNEL = "mimi-gateway-bench:store-counts";
const QUESTION = "counts?";
const channel = new BroadcastChannel(CHANNEL);
channel.unref();

/** Resolves with the counts of this process's store. */
export async function storeCounts(): Promise<StoreCounts> {
  return new Promise((resolve) => {
    const answers = new BroadcastChannel(CHANNEL);
    answers.addEventListener("message", (event) => {
      const counts = storeCountsForm.safeParse(dataOf(event));
      if (!counts.success) return;
      answers.close();
      resolve(counts.data);
    });
    channel.postMessage(QUESTION);
  });
}

if (isMainThread) answerParent();
else countCommits();

function answerParent(): void {
  if (!process.send) return;
  process.on("message", (message) => {
    if (message === QUESTION) void storeCounts().then((counts) => process.send?.(counts));
  });
  // Listening must not keep the process alive.
  process.channel?.unref();
}

function countCommits(): void {
  let commits = 0;
  const writers = new Set<DatabaseSync>();
  // oxlint-disable-next-line typescript/unbound-method -- it is called on the connection that it was called on
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function (sql: string): void {
    exec.call(this, sql);
    if (sql !== "commit") return;
    commits += 1;
    writers.add(this);
  };
  channel.addEventListener("message", (event) => {
    const [writer] = writers;
    if (dataOf(event) !== QUESTION || !writer) return;
    const row = writer.prepare("select total_changes() as rows").get();
    channel.postMessage({ commits, rows: Number(row?.["rows"]) });
  });
  // Listening has made it hold the thread again.
  channel.unref();
}

/** Not by its class, which would load all that the global fetch is made of. */
const dataOf = (event: Event): unknown => ("data" in event ? event.data : undefined);
