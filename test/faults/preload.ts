/**
 * Loaded into the gateway's process before the gateway (`node --import`), in its worker threads too: watches the
 * steps that the product publishes and does what the harness has armed, at once and before the step goes on.
 */
import { subscribe } from "node:diagnostics_channel";
import { readFileSync, readSync, unlinkSync, writeSync } from "node:fs";

/** Pipes to the harness: what happened, and the word that it may go on. */
const REPORTS = 3;
const ANSWERS = 4;

const file = process.env["FAULTS_ARMED"] ?? "";
const own = process.env["FAULTS_GATEWAY"] ?? "";
let counting = "";
let passed = 0;

subscribe("mimi-gateway:step", (name) => {
  // NUMBER STEP OCCURRENCE ACT, and the gateway where it is not whichever comes first.
  const [number = "", step = "", occurrence = "", act = "", gateway = own] = readArmed().split(" ");
  if (step !== name || gateway !== own) return;
  if (number !== counting) passed = 0;
  counting = number;
  passed += 1;
  if (passed < Number(occurrence) || !take(number)) return;
  writeSync(REPORTS, `${number}\n`);
  if (act === "kill") process.kill(process.pid, "SIGKILL");
  if (act === "stop") process.kill(process.pid, "SIGSTOP");
  // The thread goes no further before the harness has done its part; after a kill it never does.
  readSync(ANSWERS, Buffer.alloc(1));
});

/** Empty where nothing is armed. */
function readArmed(): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Of several processes that watch the same file only the one that removes the point's own file acts: others may be armed by then. */
function take(number: string): boolean {
  try {
    unlinkSync(`${file}.${number}`);
    return true;
  } catch {
    return false;
  }
}
