import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { basename, dirname, join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { z } from "zod";
import { readImportGraph } from "../rules/import-graph.ts";
import { temporaryFolder } from "../support/servers.ts";

const root = join(import.meta.dirname, "../..");
const at = join(root, "deploy/container");
const read = (file: string): string => readFileSync(join(root, file), "utf8");

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** The instructions of a Containerfile, its continued lines joined. */
function instructions(text: string): Instruction[] {
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, "")
    .replaceAll(/\\\n/g, " ")
    .split("\n");
  return lines.flatMap((line) => {
    const [, word, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (word !== undefined && rest !== undefined) return [{ word, rest }];
    assert.equal(line.trim(), "", `no instruction: ${line}`);
    return [];
  });
}

const steps = instructions(read("deploy/container/Containerfile"));
const restOf = (word: string): string => steps.find((step) => step.word === word)?.rest ?? "";
const listOf = (word: string): string[] => z.array(z.string()).parse(JSON.parse(restOf(word)));

/** What is copied into the image, by path from the project's root. */
const copied = steps
  .filter(({ word }) => word === "COPY")
  .flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));

void describe("the Containerfile", () => {
  void it("has instructions that there are, and runs as nobody special", () => {
    const known = "FROM RUN WORKDIR COPY USER ENV VOLUME EXPOSE STOPSIGNAL ENTRYPOINT CMD".split(" ");
    for (const { word } of steps) assert.ok(known.includes(word), word);
    assert.equal(steps[0]?.word, "FROM");
    assert.equal(restOf("USER"), "mimi-gateway");
  });

  void it("copies what there is, and what the builder is let see", () => {
    const seen = read(".dockerignore").split("\n");
    assert.ok(copied.length > 4);
    for (const path of copied) {
      assert.ok(existsSync(join(root, path)), path);
      assert.ok(seen.includes(`!${path}`), `.dockerignore keeps ${path} out`);
    }
  });

  void it("runs what the unit for systemd runs", () => {
    const unit = read("deploy/systemd/mimi-gateway.service");
    const [, line = ""] = /^ExecStart=\S+ (.*)$/m.exec(unit) ?? [];
    const config = /^MIMI_GATEWAY_CONFIG=(.*)$/.exec(restOf("ENV"))?.[1] ?? "";
    const [node, ...rest] = [...listOf("ENTRYPOINT"), ...listOf("CMD")];
    assert.equal(node, "node");
    assert.equal(
      rest.join(" "),
      line.replaceAll("/opt/mimi-gateway/", "").replace(`--config ${config} `, ""),
    );
    assert.match(restOf("FROM"), /^node:24-/);
  });

  void it("has the command that the pages name", () => {
    const linked = /ln -s \/opt\/mimi-gateway\/(\S+) \/usr\/local\/bin\/mimi-gateway/;
    const [, file = ""] = steps.map(({ rest }) => linked.exec(rest)).find((found) => found !== null) ?? [];
    assert.equal(restOf("WORKDIR"), "/opt/mimi-gateway");
    assert.ok(copied.includes(file.split("/")[0] ?? ""), file);
    // Who runs it is another user than who has built the image.
    assert.equal(statSync(join(root, file)).mode & 0o111, 0o111);
    assert.match(read(file), /^#!\/usr\/bin\/env node\n/);
  });

  void it("copies all that the gateway needs to run", () => {
    const folder = temporaryFolder("image");
    for (const path of copied) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      cpSync(join(root, path), join(folder, path), { recursive: true });
    }
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const [, ...line] = listOf("ENTRYPOINT");
    for (const command of [["--version"], ["status", "--json"]]) {
      const { status, stderr } = spawnSync(process.execPath, [...line, ...command], {
        cwd: folder,
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr);
    }
  });

  void it("installs every package that is imported", () => {
    const { dependencies } = z
      .object({ dependencies: z.record(z.string(), z.string()) })
      .parse(JSON.parse(read("package.json")));
    const graph = readImportGraph(root, ["bridges", "core", "mappings"]);
    const packages = [...graph.values()]
      .flat()
      .filter((name) => !/^(?:bridges|core|mappings|node:)/.test(name) && !builtinModules.includes(name))
      .map((name) =>
        name.startsWith("@") ? name.split("/").slice(0, 2).join("/") : (name.split("/")[0] ?? ""),
      );
    const missing = [...new Set(packages)].filter((name) => !(name in dependencies) && !isOnlyTypes(name));
    assert.deepEqual(missing, []);
  });
});

/** Packages whose types alone are imported, which Node leaves out. */
const isOnlyTypes = (name: string): boolean => name === "mdast";

/** As much of the form of compose files (compose-spec.json) as is used; all else is a mistake. */
const composeForm = z.strictObject({
  services: z.record(
    z.string(),
    z.strictObject({
      build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
      image: z.string(),
      command: z.array(z.string()).optional(),
      restart: z.enum(["no", "always", "on-failure", "unless-stopped"]),
      init: z.boolean().optional(),
      stop_grace_period: z
        .string()
        .regex(/^\d+s$/)
        .optional(),
      read_only: z.boolean().optional(),
      tmpfs: z.array(z.string()).optional(),
      cap_drop: z.array(z.string()).optional(),
      security_opt: z.array(z.string()).optional(),
      depends_on: z
        .record(
          z.string(),
          z.strictObject({ condition: z.enum(["service_started", "service_completed_successfully"]) }),
        )
        .optional(),
      ports: z.array(z.string().regex(/^\d+:\d+$/)).optional(),
      environment: z.record(z.string(), z.string()).optional(),
      env_file: z.array(z.strictObject({ path: z.string(), required: z.boolean() })).optional(),
      volumes: z.array(z.string().regex(/^[\w./-]+:\/[\w/.-]+(?::ro)?$/)),
      networks: z.array(z.string()).optional(),
      network_mode: z.enum(["none"]).optional(),
    }),
  ),
  networks: z.record(
    z.string(),
    z.strictObject({ ipam: z.strictObject({ config: z.array(z.strictObject({ subnet: z.string() })) }) }),
  ),
  volumes: z.record(z.string(), z.strictObject({})),
});

void describe("the compose file", () => {
  const { services, networks, volumes } = composeForm.parse(parse(read("deploy/container/compose.yaml")));

  void it("builds from the Containerfile, and starts the gateway", () => {
    const { build, command } = services["gateway"] ?? {};
    assert.equal(join(at, build?.context ?? ""), root);
    assert.ok(existsSync(join(root, build?.dockerfile ?? "")));
    assert.deepEqual(command, listOf("CMD"));
  });

  void it("names volumes, networks, files and services that there are", () => {
    for (const [name, service] of Object.entries(services)) {
      for (const volume of service.volumes) {
        const [source = ""] = volume.split(":");
        // Whoever sets it up makes these folders.
        const made = ["./config", "./backups"].includes(source);
        const there = source in volumes || made || existsSync(join(at, source));
        assert.ok(there, `${name}: ${volume}`);
      }
      for (const network of service.networks ?? []) assert.ok(network in networks, network);
      for (const other of Object.keys(service.depends_on ?? {})) assert.ok(other in services, other);
    }
  });

  void it("does not start the gateway with mistakes in its configuration, which no start cures", () => {
    const { gateway, check } = services;
    assert.equal(gateway?.depends_on?.["check"]?.condition, "service_completed_successfully");
    assert.equal(check?.restart, "no");
    const folder = temporaryFolder("checked");
    const file = join(folder, "gateway.yaml");
    const checked = (text: string) => {
      writeFileSync(file, text);
      const line = [join(root, "bridges/main.ts"), ...(check.command ?? [])];
      const env = { ...process.env, MIMI_GATEWAY_CONFIG: file };
      return spawnSync(process.execPath, line, { cwd: folder, encoding: "utf8", env }).status;
    };
    assert.equal(checked("base: mimi.example.org\n"), 0);
    assert.equal(checked("base: mimi.example.org\nbsae: x\n"), 2);
  });

  void it("checks with the environment and the files that the gateway has", () => {
    const { gateway, check } = services;
    assert.ok(gateway && check);
    for (const key of ["environment", "env_file", "volumes"] as const)
      assert.deepEqual(check[key], gateway[key], key);
    // What is there for it is no secret of the repository's.
    const files = (gateway.env_file ?? []).map(({ path }) => join("deploy/container", path));
    const ignored = read(".gitignore").split("\n");
    assert.ok(files.length > 0);
    for (const file of files) {
      assert.ok(ignored.includes(`/${file}`), file);
      assert.ok(read("docs/operating.md").includes(`\`${basename(file)}\``), file);
    }
  });

  void it("is not asked to start it by commands that are run before there is a configuration, or to look at it", () => {
    const said = [read("docs/operating.md"), read("deploy/container/compose.yaml")].join("\n");
    const runs = [...said.matchAll(/docker compose run (.*)/g)].map(([, line = ""]) => line);
    assert.ok(runs.length >= 3);
    for (const line of runs) assert.match(line, /^--rm --no-deps gateway /);
  });
});
