/** Stretches of a body that are one thing whatever stands in them: mentions and bare links. */
import { Mark, type Run } from "../markup/flat.ts";
import type { FlatBuilder } from "../markup/flat-builder.ts";

export interface Atom {
  /** UTF-16 offsets in the body, the end exclusive. There is no line feed between them. */
  readonly from: number;
  readonly to: number;
  run(marks: number): Run;
}

/** Walks a body's atoms in their order; what is asked for never lies before what was asked for last. */
export class AtomCursor {
  readonly #atoms: readonly Atom[];
  #next = 0;

  /** `atoms` are in order and do not overlap. */
  constructor(atoms: readonly Atom[]) {
    this.#atoms = atoms;
  }

  /** The first atom that begins at `from` or later. */
  after(from: number): Atom | null {
    let atom = this.#atoms[this.#next];
    while (atom !== undefined && atom.from < from) {
      this.#next += 1;
      atom = this.#atoms[this.#next];
    }
    return atom ?? null;
  }
}

/** In order, without those that begin within an earlier one or hold a line feed. */
export function ordered(atoms: readonly Atom[], source: string): readonly Atom[] {
  const sorted = atoms.toSorted((a, b) => a.from - b.from || b.to - a.to);
  const kept: Atom[] = [];
  let end = 0;
  for (const atom of sorted) {
    if (atom.from < end || atom.to <= atom.from || atom.to > source.length) continue;
    const lineEnd = source.indexOf("\n", atom.from);
    if (lineEnd >= 0 && lineEnd < atom.to) continue;
    kept.push(atom);
    end = atom.to;
  }
  return kept;
}

/** Adds stretches of a body, in their order, to the text that is built from it. */
export class Stretches {
  readonly #source: string;
  readonly #atoms: AtomCursor;
  readonly #builder: FlatBuilder;

  constructor(source: string, atoms: readonly Atom[], builder: FlatBuilder) {
    this.#source = source;
    this.#atoms = new AtomCursor(atoms);
    this.#builder = builder;
  }

  /** Characters that all have the same marks; in code atoms are characters too. */
  add(from: number, to: number, marks: number): void {
    const isCode = (marks & Mark.code) !== 0;
    let at = from;
    for (let atom = isCode ? null : this.#atoms.after(at); atom !== null && atom.to <= to;) {
      this.#builder.text(this.#source.slice(at, atom.from), marks, null);
      this.#builder.add(atom.run(marks));
      at = atom.to;
      atom = this.#atoms.after(at);
    }
    this.#builder.text(this.#source.slice(at, to), marks, null);
  }
}
