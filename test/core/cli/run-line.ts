/** Command lines run in this process, against operations that note what they were asked. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { addSlackCommands } from "../../../bridges/slack/commands.ts";
import { xmppConfigSchema } from "../../../bridges/xmpp/config.ts";
import { createProgram } from "../../../core/cli/program.ts";
import { NOW, sampleOperations } from "../control/sample-operations.ts";

const root = mkdtempSync(join(tmpdir(), "mimi-cli-"));
after(() => rmSync(root, { recursive: true }));
let folders = 0;
/** An empty folder that goes with the test file. */
export function freshFolder(): string {
  const folder = join(root, String((folders += 1)));
  mkdirSync(folder);
  return folder;
}

export interface Setting {
  readonly folder?: string;
  readonly env?: Record<string, string>;
  readonly storeFault?: Error;
  readonly input?: Uint8Array;
}

/** Runs a command line in this process; `storeFault`: what opening the store throws. */
export async function run(line: readonly string[], setting: Setting = {}) {
  const written = { out: "", err: "" };
  const asked = sampleOperations();
  let closed = 0;
  const program = createProgram({
    bridges: () => Promise.resolve({ xmpp: xmppConfigSchema }),
    addCommands: addSlackCommands,
    startGateway: () => assert.fail("not in these tests"),
    setups: () => assert.fail("not in these tests"),
    tryOut: () => assert.fail("not in these tests"),
    openOperations: async () => {
      await Promise.resolve();
      if (setting.storeFault) throw setting.storeFault;
      return {
        operations: asked.operations,
        close: () => {
          closed += 1;
          return Promise.resolve();
        },
      };
    },
  });
  const code = await program.run(line, {
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    input: async function* () {
      await Promise.resolve();
      yield setting.input ?? new Uint8Array();
    },
    terminal: null,
    env: setting.env ?? {},
    folder: setting.folder ?? freshFolder(),
    now: () => NOW,
    onSignal: () => () => {},
    exitNow: () => assert.fail("not in these tests"),
  });
  return { code, ...written, calls: asked.calls, closed };
}
