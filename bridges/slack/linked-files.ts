/** Files that could not be put on Slack, as links to where they are. */
import { z } from "zod";
import { fallback } from "../../mappings/slack/notice.ts";
import type { Arguments } from "./api.ts";
import type { Upload } from "./uploads.ts";

const captionForm = z.array(z.unknown()).default([]);

/** The arguments of a post of other files, with a line for each of these below its caption. */
export function withLinks(args: Arguments, files: readonly Upload[]): Arguments {
  if (files.length === 0) return args;
  return { ...args, blocks: [...captionForm.parse(args["blocks"]), linksTo(files)] };
}

/** The arguments of chat.postMessage in the place of files.completeUploadExternal. */
export function linkedFiles(args: Arguments, files: readonly Upload[]): Arguments {
  const { channel_id: channel, files: _, blocks, ...rest } = args;
  const names = files.map(({ filename, source }) => filename || source || "").join(", ");
  return {
    ...rest,
    channel,
    text: fallback(names),
    blocks: [...captionForm.parse(blocks), linksTo(files)],
    parse: "none",
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
  };
}

function linksTo(files: readonly Upload[]): object {
  const elements = files.flatMap(({ source, filename, title }) =>
    source === undefined
      ? []
      : [
          {
            type: "rich_text_section",
            elements: [{ type: "link", url: source, text: title || filename || source }],
          },
        ],
  );
  return { type: "rich_text", elements };
}
