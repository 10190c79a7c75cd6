/** A text as a Slack workspace can show it: whom and what it doesn't know becomes text, too long a text ends. */
import type { MarkupWriter } from "../../markup/context.ts";
import { Mark } from "../../markup/flat.ts";
import type { Block, BroadcastRun, FlatText, Run } from "../../markup/flat.ts";
import { tidyRuns } from "../../markup/flat-builder.ts";
import { plainRuns } from "../../markup/plain.ts";
import type { Loss, LossCode } from "../../loss.ts";
import { LONGEST_MESSAGE, LONGEST_URL } from "./limits.ts";

/** Stands between `@` and the word, so that nothing takes it for a mention. */
const WORD_JOINER = "\u{2060}";

/** Only people can be mentioned: apps have ids of another form, which Slack refuses in a message. */
const PERSON = /^[UW][A-Z0-9]+$/;

/** Code points that a block takes besides its text. */
const BLOCK_COST = 2;

export interface RoomText {
  readonly flat: FlatText;
  readonly losses: readonly Loss[];
}

/** Every mention, group, broadcast and emoji that is left is one that Slack has; links are as Slack takes them. */
export function roomText(flat: FlatText, context: MarkupWriter): RoomText {
  const room = new Room(context);
  const blocks: Block[] = [];
  for (const block of flat.blocks) {
    if (room.isFull) {
      room.cutHere();
      break;
    }
    blocks.push(room.block(block));
  }
  return { flat: { blocks }, losses: room.losses() };
}

/** A broadcast in Slack's words. */
export function slackRange(scope: BroadcastRun["scope"]): "here" | "channel" | "everyone" {
  return scope === "room" ? "channel" : scope;
}

class Room {
  readonly #context: MarkupWriter;
  readonly #losses = new Map<LossCode, Loss>();
  /** Code points that still have room. */
  #left = LONGEST_MESSAGE;

  constructor(context: MarkupWriter) {
    this.#context = context;
  }

  get isFull(): boolean {
    return this.#left <= 0;
  }

  cutHere(): void {
    this.#lose("text_cut");
  }

  losses(): readonly Loss[] {
    return [...this.#losses.values()];
  }

  block(block: Block): Block {
    this.#left -= BLOCK_COST;
    switch (block.kind) {
      case "paragraph":
      case "heading":
      case "item":
        return { ...block, runs: this.#runs(block.runs) };
      case "row":
        return { ...block, cells: block.cells.map((cell) => this.#runs(cell)) };
      case "code":
        return { ...block, text: this.#cut(block.text) };
      case "rule":
        return block;
    }
  }

  #runs(runs: readonly Run[]): readonly Run[] {
    const known: Run[] = [];
    for (const run of runs) {
      if (this.isFull) {
        this.cutHere();
        break;
      }
      const found = this.#run(run);
      const text = found.kind === "text" ? this.#cut(found.text) : "";
      if (found.kind === "text") known.push({ ...found, text });
      else {
        this.#left -= plainRuns([found]).length;
        known.push(found);
      }
    }
    return tidyRuns(known);
  }

  #run(run: Run): Run {
    const marks = this.#marks(run.marks);
    switch (run.kind) {
      case "text":
        return { ...run, marks, link: this.#link(run.link) };
      case "mention": {
        const user = this.#context.user(run.user);
        const name = user.name || run.name;
        if (user.native !== null && PERSON.test(user.native)) return { ...run, name, marks };
        this.#lose("mention_silent");
        return { kind: "text", text: `@${name}`, marks: marks | Mark.bold, link: null };
      }
      case "group": {
        const room = this.#context.room(run.group);
        if (room !== null) return { ...run, name: room.name, marks };
        this.#lose("link_refused");
        return { kind: "text", text: `#${run.name}`, marks, link: null };
      }
      case "broadcast":
        if (this.#context.broadcasts) return { ...run, scope: slackRange(run.scope), marks };
        this.#lose("broadcast_neutralised");
        return {
          kind: "text",
          text: `@${WORD_JOINER}${slackRange(run.scope)}`,
          marks,
          link: null,
        };
      case "emoji":
        if (this.#context.emoji(run.name) !== null) return { ...run, marks };
        this.#lose("emoji_named");
        return { kind: "text", text: `:${run.name}:`, marks, link: null };
    }
  }

  #marks(marks: number): number {
    if ((marks & Mark.spoiler) !== 0) this.#lose("spoiler_shown");
    return marks & ~Mark.spoiler;
  }

  #link(link: string | null): string | null {
    if (link === null || link.length <= LONGEST_URL) return link;
    this.#lose("link_refused");
    return null;
  }

  /** As much of the text as still has room; no character is halved. */
  #cut(text: string): string {
    if (text.length <= this.#left) {
      this.#left -= text.length;
      return text;
    }
    let end = 0;
    for (const character of text) {
      if (this.#left <= 0) {
        this.cutHere();
        return text.slice(0, end);
      }
      this.#left -= 1;
      end += character.length;
    }
    return text;
  }

  #lose(code: LossCode): void {
    this.#losses.set(code, { code, detail: "" });
  }
}
