/** Takes text as HTML shows it (white space collapses, tags of blocks begin new ones) and builds the flat form. */
import { FlatBuilder } from "../flat-builder.ts";
import type { OpenBlock } from "../flat-builder.ts";
import type { Block, FlatText, Run } from "../flat.ts";

/** Where in the tree a piece of text stands. */
export interface Place {
  readonly marks: number;
  readonly link: string | null;
  readonly quote: number;
  readonly list: number;
}

const WHITE_SPACE = /[ \t\n\f\r]+/g;

export class BlockSink {
  readonly #builder = new FlatBuilder();
  /** A block that begins with whatever comes next. */
  #fresh: OpenBlock | null = null;
  /** A space that is shown if anything follows it on its line. */
  #space: Place | null = null;
  #lineStart = true;

  /** Ends the open block; what comes next begins `block`. A paragraph within an item or heading without text is its text. */
  begin(block: OpenBlock): void {
    if (block.kind === "paragraph" && this.#fresh !== null && this.#fresh.kind !== "paragraph") return;
    this.end();
    this.#fresh = block;
  }

  /** Ends the open block. An item that has no text is kept, since something may follow in it. */
  end(): void {
    if (this.#fresh?.kind === "item") this.#builder.open(this.#fresh);
    this.#fresh = null;
    this.#builder.close();
    this.#lineStart = true;
    this.#space = null;
  }

  /** Makes the item that just began a task. */
  task(done: boolean): void {
    if (this.#fresh?.kind === "item") this.#fresh = { ...this.#fresh, marker: done };
  }

  text(text: string, place: Place): void {
    const shown = text.replaceAll(WHITE_SPACE, " ");
    if (shown.startsWith(" ") && !this.#lineStart) this.#space ??= place;
    const end = shown.endsWith(" ") ? shown.length - 1 : shown.length;
    const start = shown.startsWith(" ") ? 1 : 0;
    if (end <= start) return;
    this.run({ kind: "text", text: shown.slice(start, end), marks: place.marks, link: place.link }, place);
    if (end < shown.length) this.#space = place;
  }

  lineBreak(place: Place): void {
    this.#space = null;
    this.#put({ kind: "text", text: "\n", marks: place.marks, link: place.link }, place);
    this.#lineStart = true;
  }

  /** A run as it is, after the space that waits for it. */
  run(run: Run, place: Place): void {
    const space = this.#space;
    this.#space = null;
    if (space !== null) this.#put({ kind: "text", text: " ", marks: space.marks, link: space.link }, place);
    this.#put(run, place);
    this.#lineStart = false;
  }

  /** A block that is complete. */
  push(block: Block): void {
    this.end();
    this.#builder.push(block);
  }

  finish(): FlatText {
    this.end();
    return this.#builder.finish();
  }

  #put(run: Run, place: Place): void {
    if (this.#fresh !== null) this.#builder.open(this.#fresh);
    else if (!this.#builder.isOpen)
      this.#builder.open({ kind: "paragraph", quote: place.quote, list: place.list });
    this.#fresh = null;
    this.#builder.add(run);
  }
}
