import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after } from "node:test";
import type { StoreConfig } from "../../../core/config/config.ts";

export interface StoreChild {
  /** `holds SLOT`, or why it does not. */
  readonly said: string;
  kill(): Promise<void>;
}

/** Opens the store in a process of its own. */
export async function openInChild(place: StoreConfig, slot = ""): Promise<StoreChild> {
  const where = place.kind === "sqlite" ? place.file : place.url;
  const script = new URL("store-process.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [script, place.kind, where, slot], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  after(kill);
  const lines = createInterface(child.stdout);
  const [said] = (await once(lines, "line")) as [string];
  return { said, kill };
}
