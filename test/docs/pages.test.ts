import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { z } from "zod";
import { addMatrixCommands } from "../../bridges/matrix/commands.ts";
import { addSlackCommands } from "../../bridges/slack/commands.ts";
import { createProgram } from "../../core/cli/program.ts";
import { runCommandLine } from "../../deploy/demo/gateway.ts";
import { temporaryFolder } from "../support/servers.ts";
import { notingIo } from "../support/noting-io.ts";
import { blocksOf, pages, readPage, root } from "./blocks.ts";

const folder = temporaryFolder("docs");

const packageFile = z.object({
  scripts: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});
const { scripts, dependencies, devDependencies } = packageFile.parse(
  JSON.parse(readFileSync(join(root, "package.json"), "utf8")),
);

void describe("the documentation", async () => {
  await it("links to pages and files that exist", () => {
    const broken = pages.flatMap((page) =>
      [...readPage(page).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)]
        .map(([, target = ""]) => target)
        .filter((target) => !existsSync(join(root, dirname(page), target)))
        .map((target) => `${page}: ${target}`),
    );
    assert.deepEqual(broken, []);
  });

  await it("names files and folders of the project that exist", () => {
    const missing = pages.flatMap((page) =>
      [...readPage(page).matchAll(/`((?:bridges|core|mappings|deploy|test|docs)\/[\w./-]*)`/g)]
        .map(([, path = ""]) => path)
        .filter((path) => !path.includes("NAME") && !existsSync(join(root, path)))
        .map((path) => `${page}: ${path}`),
    );
    assert.deepEqual(missing, []);
  });

  await it("names npm scripts that exist", () => {
    const named = pages.flatMap((page) =>
      [...readPage(page).matchAll(/\bnpm (?:run )?(start|test|(?<=run )[a-z]+)\b/g)].map(
        ([, name = ""]) => name,
      ),
    );
    assert.ok(named.includes("demo") && named.includes("test"));
    assert.deepEqual(
      named.filter((name) => !(name in scripts)),
      [],
    );
  });

  await it("names commands and options that the command line knows", async () => {
    const known = new Map<string, string>();
    const overview = await help();
    const named = [...overview.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = ""]) => name);
    assert.ok(named.includes("knock") && named.includes("init"));
    for (const name of named) known.set(name, await helpOf(name));
    const used = pages.flatMap((page) =>
      [...readPage(page).matchAll(/mimi-gateway ((?:--?\w[\w-]* )*)([a-z-]+)\b([^\n`|;]*)/g)].map(
        (match) => ({
          page,
          command: match[2] ?? "",
          rest: match[3] ?? "",
        }),
      ),
    );
    // In prose the name may be followed by any word: only what begins like a command is looked at.
    const commands = used.filter(({ command }) => known.has(command));
    const typed = pages
      .flatMap(blocksOf)
      .filter(({ language }) => language === "sh")
      .flatMap(({ page, text }) =>
        [...text.matchAll(/\bmimi-gateway (?:--\w+ \S+ )*([a-z][a-z-]*)(?=\s)/g)].map(
          ([, command = ""]) => `${page}: ${command}`,
        ),
      );
    assert.ok(typed.length > 10);
    assert.deepEqual(
      typed.filter((one) => !known.has(one.split(": ")[1] ?? "")),
      [],
    );
    assert.ok(commands.length > 10);
    for (const { page, command, rest } of commands)
      for (const [option] of rest.matchAll(/--[a-z-]+/g))
        assert.ok(`${overview}${known.get(command)}`.includes(option), `${page}: ${command} ${option}`);
    for (const [page, sub] of pages.flatMap((page) =>
      [...readPage(page).matchAll(/(?:set-aside|config) (list|retry|discard|check|sample|schema)\b/g)].map(
        ([, name = ""]) => [page, name] as const,
      ),
    ))
      assert.ok(`${known.get("set-aside")}${known.get("config")}`.includes(`  ${sub}`), `${page}: ${sub}`);
  });

  await it("shows configurations without mistakes", async () => {
    const blocks = pages.flatMap(blocksOf).filter(({ language }) => language === "yaml");
    assert.ok(blocks.length >= 2);
    for (const { page, text } of blocks) {
      const file = join(mkdtempSync(join(folder, "y")), "gateway.yaml");
      writeFileSync(file, text);
      const { code, err } = await runCommandLine(["--config", file, "config", "check"], { folder });
      assert.equal(code, 0, `${page}: ${err}`);
    }
  });

  await it("gives a reason for every package, and for none that is not used", () => {
    const rows = [...readPage("docs/decisions.md").matchAll(/^\| (`[^|]+) \|/gm)];
    const named = rows.flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
    );
    const used = [...Object.keys(dependencies), ...Object.keys(devDependencies)];
    assert.deepEqual(named.toSorted(), used.toSorted());
  });
});

/** The command line as bridges/main.ts puts it together, in this process: it is asked very often. */
const program = createProgram({
  bridges: () => Promise.resolve({}),
  addCommands(commands, session) {
    addSlackCommands(commands, session);
    addMatrixCommands(commands, session);
  },
  setups: () => assert.fail("nothing is to be set up"),
  tryOut: () => assert.fail("nothing is to be tried"),
  startGateway: () => assert.fail("nothing is to be started"),
  openOperations: () => assert.fail("nothing is to be opened"),
});

/** With that of the commands under it. */
async function helpOf(name: string): Promise<string> {
  const own = await help(name);
  const [, under = ""] = own.split("\nCommands:\n");
  const names = [...under.matchAll(/^ {2}([a-z-]+)/gm)].flatMap(([, sub = ""]) =>
    sub === "help" ? [] : [sub],
  );
  const helps = await Promise.all(names.map(async (sub) => help(name, sub)));
  return [own, ...helps].join("\n");
}

async function help(...line: string[]): Promise<string> {
  const { io, written } = notingIo(folder);
  const code = await program.run([...line, "--help"], io);
  assert.deepEqual([code, written.err], [0, ""]);
  return written.out;
}
