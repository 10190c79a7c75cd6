/**
 * Loaded before a gateway, in each of its threads: ends the process at a named step of a message's way, as a crash
 * does, once the step has been passed so often. KILL_AT: STEP:TIMES.
 */
import { subscribe } from "node:diagnostics_channel";

const [name, times] = (process.env["KILL_AT"] ?? "").split(":");
let passed = 0;
if (name)
  subscribe("mimi-gateway:step", (step) => {
    if (step === name && ++passed === Number(times)) process.kill(process.pid, "SIGKILL");
  });
