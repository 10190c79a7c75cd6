/** What a run with rooms of several platforms happens on: their servers and people, and the links. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Milliseconds } from "../../core/time.ts";
import type { StatusReport } from "../../core/operations.ts";
import { untilConnected } from "./lab.ts";
import { type Asked, LinkedRooms } from "./linked-rooms.ts";
import { processesOf } from "./processes.ts";
import type { GatewayProcess } from "./gateway-process.ts";
import type { Interruptible, Scene } from "./scene.ts";
import { ScriptedCrowd } from "./scripted-crowd.ts";
import type { Side, SpokenRoom } from "./side.ts";
import type { Outage } from "./verdict.ts";

/** Where something may put its files: a path below the run's own folder. */
type FolderOf = (name: string) => string;

/** That many names, as people's texts begin with them. */
export const numbered = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${name}${i + 1}`);

export class LinkedLab implements Scene {
  readonly folder: string;
  readonly crowd: ScriptedCrowd;
  readonly groups: readonly (readonly SpokenRoom[])[];
  readonly #sides: readonly Side[];
  readonly #linked: LinkedRooms;

  private constructor(folder: string, sides: readonly Side[], groups: readonly (readonly SpokenRoom[])[]) {
    this.folder = folder;
    this.groups = groups;
    this.#sides = sides;
    this.crowd = new ScriptedCrowd(groups.map((rooms) => rooms.map(({ person }) => person)));
    this.#linked = new LinkedRooms(groups);
  }

  /** `groupsOf`: which rooms are to be linked with each other. */
  static async open<Sides extends readonly Side[]>(
    open: (folder: FolderOf) => Promise<Sides>,
    groupsOf: (sides: Sides) => readonly (readonly SpokenRoom[])[],
  ): Promise<{ readonly lab: LinkedLab; readonly sides: Sides }> {
    const folder = mkdtempSync(join(tmpdir(), "mimi-faults-"));
    const sides = await open((name) => join(folder, name));
    return { lab: new LinkedLab(folder, sides, groupsOf(sides)), sides };
  }

  get armed(): string {
    return join(this.folder, "armed");
  }

  get servers(): readonly Interruptible[] {
    return this.#sides.map(({ server }) => server);
  }

  /** A folder for one gateway. */
  gatewayFolder(name: string): string {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    return folder;
  }

  /** How one gateway serves all sides, and links the rooms of each group. */
  served() {
    const link = async (gateway: GatewayProcess): Promise<void> => {
      const asked: Asked = () => gateway.operations();
      const operations = await asked();
      await untilConnected(operations, this.#sides.length);
      for (const rooms of this.groups) {
        const references = rooms.map(({ reference }) => reference);
        const { group } = await operations.link(references, null);
        this.linked(group, asked, []);
      }
    };
    return {
      folder: this.gatewayFolder("gateway"),
      accounts: this.#sides.map(({ account }) => account),
      link,
    };
  }

  /** Says which group the next of the rooms are in, and who holds its log. */
  linked(group: string, owner: Asked, guests: readonly Asked[]): void {
    this.#linked.linked({ group, owner, guests });
  }

  drain(status: () => Promise<readonly StatusReport[]>): Promise<readonly StatusReport[]> {
    return this.#linked.drain(status);
  }

  results() {
    return this.#linked.results();
  }

  longestStall(outages: readonly Outage[]): Milliseconds {
    return this.#linked.longestStall(outages);
  }

  async close(keepFolder: boolean): Promise<readonly string[]> {
    await this.crowd.leave();
    await Promise.all(this.#sides.map(({ end }) => end()));
    const left = processesOf(this.folder);
    if (!keepFolder) rmSync(this.folder, { recursive: true, force: true });
    return left;
  }
}

/** Rooms of two sides, the first of either linked with each other, and so on. */
export async function openPairs(
  open: (folder: FolderOf) => Promise<readonly [Side, Side]>,
): Promise<LinkedLab> {
  const { lab } = await LinkedLab.open(open, ([one, other]) =>
    one.rooms.flatMap((room, i) => {
      const there = other.rooms[i];
      return there ? [[there, room]] : [];
    }),
  );
  return lab;
}
