/** What the parts of a content show, in one walk: of alternatives the best one, of all others everything. */
import {
  Disposition,
  type Extensions,
  type ExternalPart,
  type Part,
  type SinglePart,
} from "../content/content.ts";
import { partIndexOf, partsByIndex } from "../content/part-index.ts";
import type { Loss } from "../loss.ts";
import type { Block } from "../markup/flat.ts";
import type { LinkPreview, MediaFile } from "../message.ts";
import { sizesOf } from "./extensions.ts";
import { readFile } from "./file-part.ts";
import { readPreview } from "./preview-part.ts";
import { mediaType, readTextPart } from "./text-part.ts";
import { runsOf } from "./traits.ts";

export interface Collected {
  /** Of all texts, one after the other. */
  readonly blocks: readonly Block[];
  readonly files: readonly MediaFile[];
  readonly previews: readonly LinkPreview[];
  /** The first conference that one can join. */
  readonly session: { readonly url: string; readonly name: string } | null;
  /** Where the pictures are that the texts show, by part index; they are no files. */
  readonly pictures: ReadonlyMap<number, string>;
  /** Not null: there is nothing but this. */
  readonly unknown: { readonly contentType: string; readonly text: string } | null;
  readonly losses: readonly Loss[];
}

interface Leaf<LeafPart> {
  readonly index: number;
  readonly part: LeafPart;
}

export function collectParts(root: Part, extensions: Extensions): Collected {
  const leaves: Leaf<SinglePart | ExternalPart>[] = [];
  chooseLeaves(root, 0, leaves);
  const blocks: Block[] = [];
  const losses: Loss[] = [];
  const previews: LinkPreview[] = [];
  const externals: Leaf<ExternalPart>[] = [];
  const strange: SinglePart[] = [];
  for (const { index, part } of leaves) {
    if (part.cardinality === "external") externals.push({ index, part });
    else if (!part.contentType.toLowerCase().startsWith("text/")) strange.push(part);
    else {
      const preview = part.disposition === Disposition.preview ? readPreview(part) : null;
      const read = preview === null ? readTextPart(part) : null;
      if (preview !== null) previews.push(preview);
      // One by one: a text may have more blocks than a call can have arguments.
      for (const block of read?.text.blocks ?? []) blocks.push(block);
      for (const loss of read?.losses ?? []) losses.push(loss);
    }
  }
  const unknown = strange[0] && leaves.length === 1 ? described(strange[0]) : null;
  blocks.push(...strange.map(describedBlock));
  const shown = referenced(blocks);
  const session = externals.find(({ part }) => part.disposition === Disposition.session)?.part;
  return {
    blocks,
    files: externals
      .filter(({ index, part }) => !shown.has(index) && part.disposition !== Disposition.session)
      .map(({ index, part }) => readFile(part, sizesOf(extensions, index))),
    previews,
    session: session ? { url: session.url, name: session.description } : null,
    pictures: new Map(
      externals.filter(({ index }) => shown.has(index)).map(({ index, part }) => [index, part.url]),
    ),
    unknown,
    losses,
  };
}

/** Adds the parts to be shown; gives the index after the part. */
function chooseLeaves(part: Part, index: number, leaves: Leaf<SinglePart | ExternalPart>[]): number {
  if (part.cardinality === "null") return index + 1;
  if (part.cardinality !== "multi") {
    leaves.push({ index, part });
    return index + 1;
  }
  const best = part.semantics === "chooseOne" ? bestOf(part.parts) : null;
  let next = index + 1;
  for (const inner of part.parts)
    if (best === null || inner === best) next = chooseLeaves(inner, next, leaves);
    else next += partsByIndex(inner).length;
  return next;
}

/** The first of those that can be shown best. */
function bestOf(parts: readonly Part[]): Part | null {
  let best: Part | null = null;
  for (const part of parts) if (best === null || worth(part) > worth(best)) best = part;
  return best;
}

/** The more of it can be shown, the higher. HTML has marks that Markdown lacks. */
function worth(part: Part): number {
  switch (part.cardinality) {
    case "null":
      return 0;
    case "multi":
      return Math.max(...part.parts.map(worth));
    case "external":
      return /^(?:image|video|audio)\//i.test(part.contentType) ? 6 : 2;
    case "single": {
      const type = mediaType(part);
      if (type === "text/html") return 5;
      if (type === "text/markdown") return 4;
      return type.startsWith("text/") ? 3 : 1;
    }
  }
}

/** Indexes of the parts that a text shows within itself. */
function referenced(blocks: readonly Block[]): ReadonlySet<number> {
  const indexes = new Set<number>();
  for (const block of blocks)
    for (const run of runsOf(block)) {
      const index = run.kind === "emoji" && run.source !== null ? partIndexOf(run.source) : null;
      if (index !== null) indexes.add(index);
    }
  return indexes;
}

const described = ({ contentType, content }: SinglePart) => ({
  contentType,
  text: `[${contentType}, ${content.length} octets]`,
});

function describedBlock(part: SinglePart): Block {
  const { text } = described(part);
  return { kind: "paragraph", quote: 0, list: 0, runs: [{ kind: "text", text, marks: 0, link: null }] };
}
