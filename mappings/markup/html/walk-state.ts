/** What a walk over HTML carries with it, and what it gives. */
import type { ReadText } from "../context.ts";
import type { BlockSink, Place } from "./block-sink.ts";
import type { HtmlReadDialect } from "./dialect.ts";
import type { LossLog } from "./loss-log.ts";

/** A text, what it lost, and the reason of its first spoiler (empty: hidden without a reason; null: nothing is hidden). */
export interface ReadHtml extends ReadText {
  readonly spoiler: string | null;
}

/** What a walk needs besides its place. */
export interface Walk {
  readonly sink: BlockSink;
  readonly dialect: HtmlReadDialect;
  readonly losses: LossLog;
  /** The marks that an element's `style` gives, for forms of HTML where it is read. */
  readonly styleMarks: ((style: string) => number) | null;
  /** The reason of the first spoiler. */
  spoiler: string | null;
  nodes: number;
}

/** Where an element stands. */
export interface TreePlace extends Place {
  readonly depth: number;
  /** The number of the ordered list's next item; null: not in one. */
  readonly numbers: { next: number } | null;
}
