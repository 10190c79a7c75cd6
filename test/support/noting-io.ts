/** What a command line run in this process has to do with: it notes what is written, and there is nothing to be read. */
import assert from "node:assert/strict";
import type { Io } from "../../core/cli/io.ts";

export interface Written {
  out: string;
  err: string;
}

/** `folder`: where it runs. */
export function notingIo(folder: string): { readonly io: Io; readonly written: Written } {
  const written: Written = { out: "", err: "" };
  const io: Io = {
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    input: () => assert.fail("nothing is to be read"),
    terminal: null,
    env: {},
    folder,
    now: () => 0,
    onSignal: () => () => {},
    exitNow: () => assert.fail("not in these tests"),
  };
  return { io, written };
}
