/** Runs of `init` in a folder of their own, with somebody at a terminal or nobody. */
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { createProgram } from "../../../core/cli/program.ts";
import type { DoctorReport } from "../../../core/doctor-operations.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { bridges, setups } from "../setup/setting-up.ts";
import { freshFolder } from "./run-line.ts";

const fine: DoctorReport = { state: "ok", gateway: [], accounts: [] };
export const XMPP = ["--base", "mimi.example.org", "--platform", "xmpp"] as const;

export interface Stage {
  readonly folder?: string;
  readonly found?: DoctorReport;
  /** What is typed, each when its question stands there, null for the input's end; without it there is no terminal. */
  readonly typed?: readonly (readonly [
    question: string,
    keys: string | null,
    before?: () => Promise<void>,
  ])[];
}

/** Runs `init` with these words. */
export async function init(
  line: readonly string[],
  { folder = freshFolder(), found = fine, typed }: Stage = {},
) {
  const written = { out: "", err: "", screen: "" };
  const tried: string[] = [];
  const program = createProgram({
    bridges: () => Promise.resolve(bridges),
    setups: () => Promise.resolve(setups),
    tryOut: ({ accounts, file }) => {
      tried.push(`${file ?? ""} ${accounts.map(({ name }) => name).join(",")}`);
      return Promise.resolve(found);
    },
    startGateway: () => assert.fail("not in these tests"),
    openOperations: () => assert.fail("not in these tests"),
  });
  const [input, output] = [new PassThrough(), new PassThrough()];
  output.setEncoding("utf8").on("data", (text: string) => (written.screen += text));
  const done = program.run(["init", ...line], {
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    input: () => assert.fail("nothing is to be read"),
    terminal: typed ? { input, output } : null,
    env: {},
    folder,
    now: () => 0,
    onSignal: () => () => {},
    exitNow: () => assert.fail("not in these tests"),
  });
  for (const [question, keys, before] of typed ?? []) {
    await eventually(`the question ${question} in ${written.screen}`, () =>
      written.screen.includes(question),
    );
    await before?.();
    if (keys === null) input.end();
    else input.write(keys);
  }
  const code = await done;
  return { code, folder, tried, ...written };
}
