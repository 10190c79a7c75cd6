/** gateway.yaml as YAML: read once, with the place of every key and value. */
import type { Document } from "yaml";
import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import type { Fault, Mistake } from "./mistakes.ts";
import { formatPath } from "./mistakes.ts";
import type { Path } from "./outline.ts";

/** No alias may make the document many times as large as it is written. */
const ALIASES = 50;

/**
 * What is wrong by YAML's own rules, in our words: the parser's words quote the text, which may be a secret.
 */
const SYNTAX: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  BAD_ALIAS: ["is an alias that YAML does not allow here", "put a value that begins with * in quotes"],
  BAD_DIRECTIVE: ["is a directive that is not known", "put a value that begins with % in quotes"],
  BAD_DQ_ESCAPE: ["is an escape that YAML does not know", "double the backslash, or use single quotes"],
  BAD_INDENT: ["is not indented as YAML needs it", "line the keys up, and close every [ and {"],
  BAD_SCALAR_START: ["begins with a character that YAML reserves", "put the value in quotes"],
  BLOCK_AS_IMPLICIT_KEY: ["is a second key on one line", "begin a new line, or put the value in quotes"],
  DUPLICATE_KEY: ["is a key that stands here twice", "remove one of the two"],
  MISSING_CHAR: ["lacks a character that YAML needs", "look for a missing quote, colon, ] or }"],
  MULTIPLE_DOCS: ["begins a second document", "remove the line ---"],
  NON_STRING_KEY: ["is a key that is no text", "write the key as a word or in quotes"],
  TAB_AS_INDENT: ["is indented by a tab", "use spaces"],
  TAG_RESOLVE_FAILED: [
    "has a tag that is not known",
    "remove the tag, or put a value that begins with ! in quotes",
  ],
  UNEXPECTED_TOKEN: ["is not expected here", "check the indentation, or put the value in quotes"],
};

export class ConfigDocument {
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #document: Document.Parsed;

  /** `file` is only for naming the place of mistakes. */
  constructor(file: string, source: string) {
    this.#file = file;
    this.#lines = new LineCounter();
    this.#document = parseDocument(source, {
      lineCounter: this.#lines,
      prettyErrors: false,
      uniqueKeys: true,
      stringKeys: true,
      logLevel: "error",
    });
  }

  /** Mistakes of YAML itself. While there are any, the document's values mean nothing. */
  syntaxMistakes(): readonly Mistake[] {
    const errors = [...this.#document.errors, ...this.#document.warnings];
    return errors.map((error) => {
      const [message, remedy] = SYNTAX[error.code] ?? ["is not YAML", "check the syntax of this line"];
      return this.#mistake(error.pos[0], "", message, remedy);
    });
  }

  /** Replaces every text value (never a key) by what `change` makes of it. */
  mapTexts(change: (text: string, path: Path) => string): void {
    visit(this.#document, {
      Scalar: (key, node, ancestors) => {
        if (key === "key" || typeof node.value !== "string") return;
        node.value = change(node.value, pathOf(node, ancestors));
      },
    });
  }

  /** The document's values, or a mistake where aliases lead nowhere or would swell the document. */
  values(): { readonly data: unknown } | { readonly mistake: Mistake } {
    try {
      return { data: this.#document.toJS({ maxAliasCount: ALIASES }) as unknown };
    } catch (thrown) {
      if (!(thrown instanceof ReferenceError)) throw thrown;
      let place = 0;
      visit(this.#document, {
        Alias: (_, node) => {
          place = node.range?.[0] ?? 0;
          return node.resolve(this.#document) === undefined ? visit.BREAK : undefined;
        },
      });
      const message = "is an alias that leads nowhere, or one of too many";
      return { mistake: this.#mistake(place, "", message, "put a value that begins with * in quotes") };
    }
  }

  /** The fault with its place: its own, or the nearest thing around it that is written down. */
  locate(fault: Fault): Mistake {
    return this.#mistake(this.#offset(fault), formatPath(fault.path), fault.message, fault.remedy);
  }

  #offset({ path, unknownKey }: Fault): number {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = length === 0 ? this.#document.contents : this.#document.getIn(path.slice(0, length), true);
      if (!isNode(node) || !node.range) continue;
      const keys = isMap(node) ? node.items.map(({ key }) => key).filter((key) => isScalar(key)) : [];
      return (keys.find(({ value }) => value === unknownKey)?.range ?? node.range)[0];
    }
    return 0;
  }

  #mistake(offset: number, path: string, message: string, remedy: string): Mistake {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line: Math.max(line, 1), column: Math.max(col, 1), path, message, remedy };
  }
}

/** `ancestors`: what visit gives, from the document down to the node's parent. */
function pathOf(node: unknown, ancestors: readonly unknown[]): Path {
  return ancestors.flatMap((ancestor, index): Path => {
    if (isPair(ancestor)) return [isScalar(ancestor.key) ? String(ancestor.key.value) : ""];
    return isSeq(ancestor) ? [ancestor.items.indexOf(ancestors[index + 1] ?? node)] : [];
  });
}
